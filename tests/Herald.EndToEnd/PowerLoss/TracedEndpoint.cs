using System.Security.Cryptography;
using Herald.Client;
using Herald.Lab.Receivers;
using Herald.TestKit.Traces;

namespace Herald.EndToEnd.PowerLoss;

/// <summary>A receiver, its trace, and its subscription.</summary>
internal sealed class TracedEndpoint : IAsyncDisposable
{
    private readonly string _secret = "whsec_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
    private WebhookReceiver _webhooks = null!;

    private TracedEndpoint(string name) => Name = name;

    public string Name { get; }
    public Gate Gate { get; private set; } = null!;
    public TracedReceiver Traced { get; private set; } = null!;

    /// <summary>Requests without a valid signature.</summary>
    public long Refusals => _webhooks.Refusals;

    public static async Task<TracedEndpoint> StartAsync(
        string name, Conduct conduct, TraceRecorder trace, Lives lives, Random random, CancellationToken cancel)
    {
        var endpoint = new TracedEndpoint(name);
        endpoint._webhooks = await WebhookReceiver.StartAsync(
            name, endpoint._secret, conduct, _ => { }, TimeProvider.System, random, cancel, around: receiver =>
            {
                endpoint.Traced = new TracedReceiver(trace, name, lives, receiver);
                endpoint.Gate = new Gate(name, lives, endpoint.Traced);
                return endpoint.Gate;
            });
        endpoint.Traced.Address = endpoint._webhooks.Endpoint;
        return endpoint;
    }

    /// <summary>Retries come soon, and no delivery is given up.</summary>
    public SubscriptionDefinition Definition(string topic, string description) => new()
    {
        Topic = topic,
        Endpoint = _webhooks.Endpoint.ToString(),
        Description = description,
        Secret = _secret,
        Retry = new RetryPolicy
        {
            Base = TimeSpan.FromMilliseconds(20),
            Factor = 2,
            Cap = TimeSpan.FromMilliseconds(500),
            Jitter = 0.2,
            MaxAge = TimeSpan.FromHours(1),
        },
    };

    public ValueTask DisposeAsync() => _webhooks.DisposeAsync();
}
