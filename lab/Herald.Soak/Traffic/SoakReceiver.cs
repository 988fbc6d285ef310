using System.Security.Cryptography;
using System.Text.Json.Nodes;
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
    public Task<Reply> SubscribeAsync(HeraldClient client, CancellationToken cancel)
    {
        var definition = new JsonObject
        {
            ["topic"] = topic,
            ["endpoint"] = Webhooks.Endpoint.ToString(),
            ["secret"] = _secret,
            ["retry"] = new JsonObject { ["base"] = "50ms", ["factor"] = 2, ["cap"] = "500ms", ["jitter"] = 0.2, ["maxAge"] = "1d" },
        };
        if (picks)
            definition["filter"] = new JsonObject { ["type"] = new JsonArray(Tale.Picked) };
        return client.PutAsync($"/v1/subscriptions/{name}", definition, cancel);
    }

    public ValueTask DisposeAsync() => Webhooks?.DisposeAsync() ?? ValueTask.CompletedTask;
}
