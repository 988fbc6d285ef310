using Herald.Engine.Catalogs;
using Herald.Engine.Events;
using Herald.Engine.Shards;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Inspection;

/// <summary>The attempts and skips of one event, from the history.</summary>
internal sealed class DeliveryHistory
{
    private readonly ShardId _shard;
    private readonly long _sequence;
    private readonly List<HistoryRecord> _records;

    private DeliveryHistory(ShardId shard, long sequence, List<HistoryRecord> records) =>
        (_shard, _sequence, _records) = (shard, sequence, records);

    public static async ValueTask<DeliveryHistory> ReadAsync(IStateReader state, ShardId shard, long sequence, CancellationToken cancel) =>
        new(
            shard, sequence,
            [.. (await state.ReadHistoryAsync(shard, sequence, cancel)).SelectMany(block => AttemptHistory.Read(block, sequence))]);

    public IEnumerable<AttemptView> Attempts(CatalogSnapshot catalog) =>
        from record in _records
        where record.Kind != HistoryKind.Skip
        let id = catalog.ByNumber.TryGetValue(record.Subscription, out var entry)
            ? entry.Subscription.Id
            : $"(deleted, number {record.Subscription})"
        let result = record.Result!
        select new AttemptView(
            id, _shard.Value, record.Sequence, record.Number, DateTimeOffset.FromUnixTimeMilliseconds(record.AtMs), record.Duration, result.Outcome,
            result.Stage, result.StatusCode, result.Reason, result.Answer);

    /// <summary>The reason of the last attempt, if it failed.</summary>
    public string? LastReason(int subscription) => Of(subscription).LastOrDefault(r => r.Result is not null)?.Result?.Reason;

    /// <summary>
    /// How a settled delivery ended. Without a skip in the history, it counts as delivered. That includes deliveries that are older than
    /// the history.
    /// </summary>
    public DeliveryView Settled(SubscriptionEntry entry)
    {
        var (id, number) = (entry.Subscription.Id, entry.Subscription.Number);
        var skip = Of(number).LastOrDefault(r => r.Kind == HistoryKind.Skip);
        var status = skip is null ? DeliveryStatus.Delivered : skip.Skip switch
        {
            SkipKind.DeadLetter => DeliveryStatus.DeadLettered,
            SkipKind.Forward => DeliveryStatus.Forwarded,
            SkipKind.Expire => DeliveryStatus.Expired,
            SkipKind.Discard => DeliveryStatus.Discarded,
        };
        return new(id, _shard.Value, _sequence, status, Of(number).Count(r => r.Kind != HistoryKind.Skip), null, LastReason(number));
    }

    private IEnumerable<HistoryRecord> Of(int subscription) => _records.Where(record => record.Subscription == subscription);
}
