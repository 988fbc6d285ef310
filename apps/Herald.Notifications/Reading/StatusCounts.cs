using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Messages;
using Herald.Notifications.Posts;
using Herald.Notifications.Statuses;

namespace Herald.Notifications.Reading;

/// <summary>Counts statuses from the summaries of all shards, without reading a page.</summary>
internal sealed class StatusCounts(StateEntries entries, DirectoryView directories)
{
    // A summary has 600 bytes.
    private const int SummariesAtOnce = 1024;

    /// <summary>By destination and status. Every pair is there, also with 0.</summary>
    /// <exception cref="InvalidDataException">A stored value is damaged; the message names it.</exception>
    public async ValueTask<IReadOnlyDictionary<(Destination Destination, NotificationStatus Status), long>> CountAsync(
        CancellationToken cancel)
    {
        var counts = new Dictionary<(Destination Destination, NotificationStatus Status), long>();
        foreach (var destination in PostNames.Destinations)
            foreach (var status in Enum.GetValues<NotificationStatus>())
                counts[(destination, status)] = 0;
        var all = await directories.ReadAsync(cancel);
        var chapters = Enumerable.Range(0, all.Count).SelectMany(
            shard => (all[shard]?.ChaptersFromNewest() ?? []).Select(chapter => (Shard: new ShardId(shard), Chapter: chapter)));
        foreach (var some in chapters.Chunk(SummariesAtOnce))
        {
            var values = await entries.ReadAsync([.. some.Select(one => new StateKey(one.Shard, StatusKeys.Summary(one.Chapter)))], cancel);
            for (var at = 0; at < some.Length; at++)
            {
                // A chapter that is gone was forgotten meanwhile.
                if (values[at] is null)
                    continue;
                var summary = Summary.Decode(some[at].Chapter, values[at]);
                foreach (var (destination, status) in counts.Keys)
                    counts[(destination, status)] += summary.Count(status, destination);
            }
        }
        return counts;
    }
}
