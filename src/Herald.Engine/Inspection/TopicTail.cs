using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Herald.Engine.Catalogs;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Inspection;

/// <summary>Follows the logs of all shards.</summary>
internal sealed class TopicTail(IEventLog log, EventFinder events)
{
    private const int Chunk = 256;

    public async IAsyncEnumerable<TailedEvent> ReadAsync(Topic topic, [EnumeratorCancellation] CancellationToken cancel)
    {
        // One slot is enough: if it is full, the reader is about to read anyway.
        var wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        var next = new long[log.ShardCount];
        for (var shard = 0; shard < next.Length; shard++)
            next[shard] = (await log.BoundsAsync(new ShardId(shard), cancel)).Last + 1;
        using var watching = log.OnHead((_, _) => _ = wake.Writer.TryWrite(true));
        var entries = new IndexEntry[Chunk];
        while (true)
        {
            var found = false;
            for (var shard = 0; shard < next.Length; shard++)
            {
                var read = await log.ReadIndexAsync(new ShardId(shard), next[shard], entries, cancel);
                // Events that retention has freed meanwhile are skipped.
                found |= read.Next > next[shard];
                next[shard] = read.Next;
                for (var i = 0; i < read.Count; i++)
                {
                    if (entries[i].Topic == topic.Number && (entries[i].Flags & (EventFlags.Addressed | EventFlags.Rejected)) == 0
                        && await events.ReadAsync(new ShardId(shard), entries[i].Sequence, cancel) is { } view)
                        yield return new TailedEvent(shard, entries[i].Sequence, view);
                }
            }
            if (!found)
                await wake.Reader.ReadAsync(cancel);
        }
    }
}
