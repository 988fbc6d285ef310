using System.Security.Cryptography;
using Herald.Client;
using Herald.Lab.Ledgers;
using Herald.Lab.Receivers;

namespace Herald.Lab.Demos;

/// <summary>One receiver of changes of orders, with its subscription and its counts.</summary>
public sealed class OrderReceiver(string name, int number, ReceiptLedger ledger) : IAsyncDisposable
{
    private readonly string _secret = "whsec_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
    private long _retries;

    public string Name { get; } = name;
    public int Number { get; } = number;
    public WebhookReceiver Webhooks { get; private set; } = null!;
    public LatencyHistogram Latency { get; } = new();

    /// <summary>Latencies are recorded here too; null for none. A run changes it to compare periods.</summary>
    public LatencyHistogram? Period { get; set; }

    /// <summary>Attempts after the first one, of deliveries that succeeded in the end.</summary>
    public long Retries => Interlocked.Read(ref _retries);

    /// <summary>As Herald last reported it; null while unknown.</summary>
    public long? BlockedKeys { get; private set; }

    public async Task StartAsync(
        Conduct conduct, Func<TimeSpan> now, TimeProvider time, Random random, CancellationToken cancel,
        WebhookReceiver.Around? around = null) =>
        Webhooks = await WebhookReceiver.StartAsync(Name, _secret, conduct, webhook =>
        {
            var change = OrderChange.Parse(webhook.Body.Span);
            if (ledger.Received(Number, change.Order, change.Number, webhook.Id) == Receipt.Duplicate)
                return;
            var latency = now() - change.At;
            Latency.Record(latency);
            Period?.Record(latency);
            Interlocked.Add(ref _retries, Math.Max(0, webhook.Attempt - 1));
        }, time, random, cancel, around: around);

    /// <summary>Retries come soon, so that a run of a few seconds can drain. No delivery becomes a dead letter.</summary>
    public Task<Reply<Subscription>> SubscribeAsync(HeraldClient client, string topic, CancellationToken cancel) =>
        client.Subscriptions.PutAsync(Name, new SubscriptionDefinition
        {
            Topic = topic,
            Endpoint = Webhooks.Endpoint.ToString(),
            Secret = _secret,
            Retry = new RetryPolicy
            {
                Base = TimeSpan.FromMilliseconds(50),
                Factor = 2,
                Cap = TimeSpan.FromMilliseconds(500),
                Jitter = 0.2,
                MaxAge = TimeSpan.FromHours(1),
            },
        }, cancel: cancel);

    public async Task AskLagAsync(HeraldClient client, CancellationToken cancel)
    {
        if ((await client.Subscriptions.GetLagAsync(Name, cancel)).Value is { } lag)
            BlockedKeys = lag.BlockedKeys;
    }

    public ValueTask DisposeAsync() => Webhooks?.DisposeAsync() ?? ValueTask.CompletedTask;
}
