using System.Text;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Inspection;

/// <summary>
/// Counts the events that a subscription has still to get. It reads the logs, because shards hold only a part of them in memory.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>Each shard has told its position and its lanes (<see cref="UncountedShard.Of"/>), with the deliveries in memory counted.</item>
/// <item>The index is read from the lowest place that a lane or the subscription has still to read. All shards get their turns.</item>
/// <item>An entry counts when its key's lane owns it, or when it lies above the position, and the filter matches.</item>
/// </list>
/// </remarks>
internal sealed class WaitingCounter(IEventLog log, EventEncoder encoder, EventFinder events, TimeProvider time)
{
    public const int MostEntries = 200_000;
    private const int ChunkSize = 1024;
    public static readonly TimeSpan LongestCount = TimeSpan.FromSeconds(1);

    /// <param name="began">From when on <see cref="LongestCount"/> counts. It can be before the call.</param>
    public async ValueTask<WaitingCount> CountAsync(
        SubscriptionEntry entry, IReadOnlyList<UncountedShard> all, long began, CancellationToken cancel)
    {
        await ReadAsync(all, entry, began, cancel);
        var isCut = all.Any(shard => shard.IsOpen);
        var isSaved = all.Any(shard => shard.CanBeSettled && shard.Found + shard.Rest > 0);
        return new(
            all.Sum(shard => shard.Found + (isSaved ? shard.Rest : 0)),
            isSaved ? CountMeaning.AtMost : isCut ? CountMeaning.AtLeast : CountMeaning.Exact,
            await FindOldestAsync(all.Where(shard => shard.Lowest > 0), cancel));
    }

    // Step 2.
    private async ValueTask ReadAsync(IReadOnlyList<UncountedShard> all, SubscriptionEntry entry, long began, CancellationToken cancel)
    {
        var filter = new FilterTester(log, entry, encoder.Identity.OfAddress(Encoding.UTF8.GetBytes(entry.Subscription.FullId)));
        var (left, entries) = (MostEntries, new IndexEntry[ChunkSize]);
        while (all.Any(shard => shard.IsOpen))
        {
            foreach (var shard in all.Where(shard => shard.IsOpen))
            {
                if (left <= 0 || IsOver(began))
                    return;
                // An in-memory log answers at once, so yield: other work needs this thread as well.
                await Task.Yield();
                cancel.ThrowIfCancellationRequested();
                var most = (int)Math.Min(Math.Min(ChunkSize, left), shard.Rest);
                var read = await log.ReadIndexAsync(shard.Shard, shard.Next, entries.AsMemory(0, most), cancel);
                left -= Math.Max(1, read.Count);
                // An empty answer that goes nowhere: the log does not reach so far yet.
                var next = read.Next > shard.Next ? read.Next : shard.Head + 1;
                await TakeAsync(shard, entries.AsMemory(0, read.Count), next, filter, entry.Subscription.TopicNumber, began, cancel);
            }
        }
    }

    // Step 3.
    private async ValueTask TakeAsync(
        UncountedShard shard, ReadOnlyMemory<IndexEntry> entries, long next, FilterTester filter, int topic, long began,
        CancellationToken cancel)
    {
        ReadOnlyMemory<IndexEntry> wanted = entries.ToArray().Where(one => one.Topic == topic && shard.Owns(one)).ToArray();
        var matches = new List<long>();
        while (wanted.Length > 0)
        {
            matches.Clear();
            wanted = wanted[await filter.TestAsync(shard.Shard, wanted, matches, cancel)..];
            shard.Add(matches);
            if (wanted.Length > 0 && IsOver(began))
            {
                shard.Next = wanted.Span[0].Sequence;
                return;
            }
        }
        shard.Next = next;
    }

    private bool IsOver(long began) => time.GetElapsedTime(began) > LongestCount;

    private async ValueTask<TailedEvent?> FindOldestAsync(IEnumerable<UncountedShard> shards, CancellationToken cancel)
    {
        var one = new IndexEntry[1];
        var (oldestAt, at) = (long.MaxValue, default((ShardId Shard, long Sequence)));
        foreach (var shard in shards)
        {
            var read = await log.ReadIndexAsync(shard.Shard, shard.Lowest, one, cancel);
            if (read.Count > 0 && one[0].AcceptedAtMs < oldestAt)
                (oldestAt, at) = (one[0].AcceptedAtMs, (shard.Shard, one[0].Sequence));
        }
        return oldestAt < long.MaxValue && await events.ReadAsync(at.Shard, at.Sequence, cancel) is { } view
            ? new TailedEvent(at.Shard.Value, at.Sequence, view)
            : null;
    }
}
