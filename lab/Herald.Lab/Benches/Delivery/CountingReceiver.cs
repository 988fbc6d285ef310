using System.Globalization;
using Herald.Lab.Benches.Load;
using Herald.Lab.Ledgers;
using Herald.Lab.Receivers;

namespace Herald.Lab.Benches.Delivery;

/// <summary>
/// The receiver of both Herald and the bare loop. It verifies every signature and enters every event into the ledger. The path of a request
/// is the subscription's number; the bare loop uses the number after the last subscription.
/// </summary>
internal sealed class CountingReceiver(int subscriptions, TimeProvider time) : IAsyncDisposable
{
    private static readonly string[] KeyNames =
        [.. Enumerable.Range(0, PublishShape.Keys).Select(key => key.ToString(CultureInfo.InvariantCulture))];
    private readonly ReceiptLedger _ledger = new(subscriptions + 1, Math.Max(16, ReceiptLedger.RememberedIds / subscriptions));
    private WebhookReceiver _webhooks = null!;
    private long _lastAt;
    private long _damaged;

    public Uri Address => new(_webhooks.Endpoint, "/");

    public static async Task<CountingReceiver> StartAsync(string secret, int subscriptions, TimeProvider time, CancellationToken cancel)
    {
        var receiver = new CountingReceiver(subscriptions, time);
        receiver._webhooks = await WebhookReceiver.StartAsync(
            "", secret, new Conduct.Healthy(), receiver.Take, time, new Random(1), cancel);
        return receiver;
    }

    public ValueTask DisposeAsync() => _webhooks.DisposeAsync();

    public ReceiverState State()
    {
        var herald = Enumerable.Range(0, subscriptions).Select(_ledger.Now).ToList();
        var limit = _ledger.Now(subscriptions);
        return new(
            herald.Sum(one => one.Delivered), herald.Sum(one => one.Duplicates), herald.Sum(one => one.OutOfOrder),
            Volatile.Read(ref _lastAt),
            limit.Delivered + limit.Duplicates, _webhooks.Refusals, _webhooks.LastRefusal,
            Interlocked.Read(ref _damaged));
    }

    private void Take(ReceivedWebhook webhook)
    {
        var subscription = int.Parse(webhook.Path.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture);
        if (!NumberedPayload.TryParse(webhook.Body.Span, out var key, out var number))
        {
            Interlocked.Increment(ref _damaged);
            return;
        }
        _ledger.Received(subscription, KeyNames[key], number, webhook.Id);
        if (subscription < subscriptions)
            Volatile.Write(ref _lastAt, time.GetTimestamp());
    }
}
