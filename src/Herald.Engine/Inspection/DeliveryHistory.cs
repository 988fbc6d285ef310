using System.Diagnostics;
using Herald.Engine.Channels;
using Herald.Engine.Catalogs;
using Herald.Engine.Events;
using Herald.Engine.Shards;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Inspection;

/// <summary>What the history tells of one event, and of the events that its redrives have appended.</summary>
internal sealed class DeliveryHistory
{
    // More redrives of one event are not followed. Each is an order of an operator.
    private const int MostRedrives = 100;

    private readonly ShardId _shard;
    private readonly long _sequence;

    private readonly List<HistoryRecord> _records;
    private readonly ILookup<int, HistoryRecord> _bySubscription;

    private DeliveryHistory(ShardId shard, long sequence, List<HistoryRecord> records)
    {
        (_shard, _sequence, _records) = (shard, sequence, records);
        _bySubscription = records.ToLookup(record => record.Subscription);
    }

    /// <summary>The history of the event and of its redrives.</summary>
    public static ValueTask<DeliveryHistory> ReadAsync(IStateReader state, ShardId shard, long sequence, CancellationToken cancel) =>
        ReadAsync(state, shard, sequence, MostRedrives, cancel);

    /// <summary>The history of the event without its redrives.</summary>
    public static ValueTask<DeliveryHistory> ReadOneAsync(IStateReader state, ShardId shard, long sequence, CancellationToken cancel) =>
        ReadAsync(state, shard, sequence, 0, cancel);

    private static async ValueTask<DeliveryHistory> ReadAsync(
        IStateReader state, ShardId shard, long sequence, int mostRedrives, CancellationToken cancel)
    {
        var (records, sequences) = (new List<HistoryRecord>(), new List<long> { sequence });
        for (var i = 0; i < sequences.Count; i++)
        {
            var blocks = await state.ReadHistoryAsync(shard, sequences[i], cancel);
            foreach (var record in blocks.SelectMany(block => AttemptHistory.Read(block, sequences[i])))
            {
                records.Add(record);
                if (record.Kind == HistoryKind.Redrive && sequences.Count <= mostRedrives && !sequences.Contains(record.Copy))
                    sequences.Add(record.Copy);
            }
        }
        return new(shard, sequence, InOrder(records, sequences));
    }

    /// <summary>
    /// Orders records by what must have come before what. Their times are those of several clocks, of which each can be set back.
    /// </summary>
    /// <remarks>
    /// A replay ends the generation before it. A redrive makes its copy, so what the copy met comes later. Of one delivery the shard's
    /// commits have an order of their own; only the redrive or the discard of its dead letter is written apart from them, and ends it.
    /// </remarks>
    private static List<HistoryRecord> InOrder(List<HistoryRecord> records, List<long> sequences)
    {
        var places = sequences.Select((sequence, place) => (sequence, place)).ToDictionary(one => one.sequence, one => one.place);
        // The sort is stable.
        return [.. records.OrderBy(record => record.Generation).ThenBy(record => places[record.Sequence]).ThenBy(IsLast)];
    }

    private static bool IsLast(HistoryRecord record) =>
        record is { Kind: HistoryKind.Redrive } or { Kind: HistoryKind.Skip, Skip: SkipKind.Discard };

    /// <summary>All attempts: those of one subscription in their order, and different subscriptions by the times.</summary>
    public IEnumerable<AttemptView> Attempts(CatalogSnapshot catalog) =>
        from record in ByTime()
        where record.Result is not null
        let id = catalog.ByNumber.TryGetValue(record.Subscription, out var entry)
            ? entry.Subscription.Id
            : $"(deleted, number {record.Subscription})"
        let result = record.Result
        select new AttemptView(
            id, _shard.Value, record.Sequence, record.Number, DateTimeOffset.FromUnixTimeMilliseconds(record.AtMs), record.Duration, result.Outcome,
            result.Stage, result.StatusCode, result.Reason, result.Answer)
        {
            Generation = Math.Max(1, record.Generation),
            Redelivery = record.Redelivery,
        };

    /// <summary>The sequence of the event, and those of its redrives for this subscription, oldest first.</summary>
    public IReadOnlyList<long> SequencesOf(int subscription) =>
        [_sequence, .. Of(subscription).Where(record => record.Kind == HistoryKind.Redrive).Select(record => record.Copy).Distinct()];

    /// <summary>The numbers of the subscriptions that the history mentions.</summary>
    public IEnumerable<int> Subscriptions => _bySubscription.Select(records => records.Key);

    public bool TellsOf(int subscription) => Of(subscription).Any();

    /// <summary>The reason of the last attempt, if it failed.</summary>
    public string? LastReason(int subscription) => Of(subscription).LastOrDefault(r => r.Result is not null)?.Result?.Reason;

    /// <summary>
    /// The history has what ended the last delivery. If not, that delivery was a success that is not saved yet or is older than the
    /// history.
    /// </summary>
    public bool HasEnd(SubscriptionEntry entry) => EndOf(entry) is not null;

    /// <summary>
    /// How a settled delivery ended. Without its end in the history, it counts as delivered: every other end is saved together with the
    /// progress.
    /// </summary>
    public DeliveryView Settled(SubscriptionEntry entry)
    {
        var number = entry.Subscription.Number;
        var end = EndOf(entry);
        return new(
            entry.Subscription.Id, _shard.Value, SequencesOf(number)[^1], end is null ? DeliveryStatus.Delivered : StatusOf(end),
            Of(number).Count(r => r.Result is not null), null, LastReason(number))
        {
            Steps = StepsOf(entry),
        };
    }

    /// <summary>What happened to the delivery so far, oldest first.</summary>
    public IReadOnlyList<DeliveryStep> StepsOf(SubscriptionEntry entry)
    {
        var (steps, replayedBefore) = (new List<DeliveryStep>(), -1);
        var attempts = new Dictionary<(long Sequence, int Generation), int>();
        foreach (var record in Of(entry.Subscription.Number))
        {
            var delivery = (record.Sequence, record.Generation);
            if (record.Result is not null)
                attempts[delivery] = record.Number;
            if (KindOf(record) is not { } kind)
                continue;
            if (replayedBefore < 0 && record.Generation == entry.Subscription.Generation)
                replayedBefore = steps.Count;
            var (endedAt, led) = (DateTimeOffset.FromUnixTimeMilliseconds(EndedAtMs(record)), attempts.GetValueOrDefault(delivery));
            steps.Add(new DeliveryStep(kind, endedAt, IsOrder(kind) ? 0 : led)
            {
                By = record.By.Length > 0 ? record.By : null,
                Sequence = record.Kind == HistoryKind.Redrive ? record.Copy : null,
                Topic = record.ForwardedTo.Length > 0 ? record.ForwardedTo : null,
            });
        }
        // The catalog keeps only the last replay.
        if (entry.Subscription.ReplayedAt is { } replayedAt && IsReceived(entry) && entry.IsReplay(_shard, _sequence))
        {
            var replay = new DeliveryStep(DeliveryStepKind.Replayed, replayedAt, 0) { By = entry.Subscription.ReplayedBy };
            steps.Insert(replayedBefore < 0 ? steps.Count : replayedBefore, replay);
        }
        return steps;
    }

    // A result of an older generation says nothing about the present one, which gets the event again. Unless the present one does not get
    // the event.
    private HistoryRecord? EndOf(SubscriptionEntry entry)
    {
        var generation = IsReceived(entry) ? entry.Subscription.Generation : 0;
        var last = Of(entry.Subscription.Number)
            .Where(r => generation == 0 || r.Generation == 0 || r.Generation == generation)
            .LastOrDefault(r => IsEnd(r) || r.Kind == HistoryKind.Redrive);
        return last?.Kind == HistoryKind.Redrive ? null : last;
    }

    private bool IsReceived(SubscriptionEntry entry) => entry.RevisionAt(_shard, _sequence) != 0;

    private static bool IsEnd(HistoryRecord record) =>
        record.Kind == HistoryKind.Skip || record.Result?.Outcome == AttemptOutcome.Delivered;

    private static bool IsOrder(DeliveryStepKind kind) =>
        kind is DeliveryStepKind.Redriven or DeliveryStepKind.Released or DeliveryStepKind.Replayed;

    private static DeliveryStepKind? KindOf(HistoryRecord record) => record.Kind switch
    {
        HistoryKind.Delivered or HistoryKind.Attempt =>
            record.Result!.Outcome == AttemptOutcome.Delivered ? DeliveryStepKind.Delivered : null,
        HistoryKind.Skip => record.Skip switch
        {
            SkipKind.DeadLetter => DeliveryStepKind.DeadLettered,
            SkipKind.Forward => DeliveryStepKind.Forwarded,
            SkipKind.Expire => DeliveryStepKind.Expired,
            SkipKind.Discard => DeliveryStepKind.Discarded,
            SkipKind.Delivered => DeliveryStepKind.Delivered,
        },
        HistoryKind.Redrive => DeliveryStepKind.Redriven,
        HistoryKind.Hold => DeliveryStepKind.Held,
        HistoryKind.Release => DeliveryStepKind.Released,
    };

    private static DeliveryStatus StatusOf(HistoryRecord end) => KindOf(end) switch
    {
        DeliveryStepKind.Delivered => DeliveryStatus.Delivered,
        DeliveryStepKind.DeadLettered => DeliveryStatus.DeadLettered,
        DeliveryStepKind.Forwarded => DeliveryStatus.Forwarded,
        DeliveryStepKind.Expired => DeliveryStatus.Expired,
        DeliveryStepKind.Discarded => DeliveryStatus.Discarded,
        DeliveryStepKind.Redriven or DeliveryStepKind.Held or DeliveryStepKind.Released or DeliveryStepKind.Replayed or null =>
            throw new UnreachableException($"{end}"),
    };

    // Rounded down, so never later than what followed from the attempt.
    private static long EndedAtMs(HistoryRecord record) => record.AtMs + (long)record.Duration.TotalMilliseconds;

    // In the order in which they happened.
    private IEnumerable<HistoryRecord> Of(int subscription) => _bySubscription[subscription];

    private IEnumerable<HistoryRecord> ByTime()
    {
        // A clock that was set back does not move what came later.
        var (latest, places) = (new Dictionary<int, long>(), new List<(HistoryRecord Record, long AtMs)>());
        foreach (var record in _records)
        {
            latest[record.Subscription] = Math.Max(latest.GetValueOrDefault(record.Subscription), record.AtMs);
            places.Add((record, latest[record.Subscription]));
        }
        // The sort is stable.
        return places.OrderBy(one => one.AtMs).Select(one => one.Record);
    }
}
