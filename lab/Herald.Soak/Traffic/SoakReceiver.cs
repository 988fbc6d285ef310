using System.Security.Cryptography;
using Herald.Client;
using Herald.Lab.Receivers;
using Herald.TestKit.Traces;

namespace Herald.Soak.Traffic;

/// <summary>A receiver with its subscription.</summary>
/// <param name="picks">The subscription matches one type only.</param>
/// <param name="isWell">The receiver answers everything at once, so the waits of its events are measured.</param>
internal sealed class SoakReceiver(string name, string topic, bool picks, bool isWell, Awaited awaited) : IAsyncDisposable
{
    private readonly string _secret = "whsec_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    public string Name => name;
    public string Topic => topic;
    public bool IsWell => isWell;
    public Awaited Awaited => awaited;
    public WebhookReceiver Webhooks { get; private set; } = null!;

    public bool Wants(Tale tale) => !picks || tale.Type == Tale.Picked;

    /// <param name="relay">A relay between Herald and the traced receiver; null for none.</param>
    public async Task StartAsync(
        Conduct conduct, TraceRecorder trace, WebhookReceiver.Around? relay, TimeProvider time, Random random, CancellationToken cancel) =>
        Webhooks = await WebhookReceiver.StartAsync(
            name, _secret, conduct, webhook => awaited.Receive(Tale.Parse(webhook.Body).Id), time, random, cancel, around: inner =>
            {
                var traced = new TracedReceiver(trace, name, null, inner);
                return relay?.Invoke(traced) ?? traced;
            });

    /// <summary>Retries come soon, and no delivery becomes a dead letter.</summary>
    public Task<Reply<Subscription>> SubscribeAsync(HeraldClient client, CancellationToken cancel) =>
        client.Subscriptions.PutAsync(name, new SubscriptionDefinition
        {
            Topic = topic,
            Endpoint = Webhooks.Endpoint.ToString(),
            Secret = _secret,
            Filter = picks ? new Dictionary<string, IReadOnlyList<string>> { ["type"] = [Tale.Picked] } : null,
            Retry = new RetryPolicy
            {
                Base = TimeSpan.FromMilliseconds(50),
                Factor = 2,
                Cap = TimeSpan.FromMilliseconds(500),
                Jitter = 0.2,
                MaxAge = TimeSpan.FromDays(1),
            },
        }, cancel: cancel);

    public ValueTask DisposeAsync() => Webhooks?.DisposeAsync() ?? ValueTask.CompletedTask;
}
