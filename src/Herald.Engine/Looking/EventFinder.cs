using System.Text;
using Herald.Engine.Catalogs;
using Herald.Engine.Events;
using Herald.Engine.Publishing;
using Herald.Engine.Stores;

namespace Herald.Engine.Looking;

/// <summary>Finds events in the logs.</summary>
internal sealed class EventFinder(IEventLog log, EventEncoder encoder)
{
    private const int SearchChunk = 4096;

    /// <summary>The newest event with this id, or null. Without the key every shard is searched.</summary>
    public async ValueTask<TailedEvent?> FindAsync(Topic topic, string id, string? key, CancellationToken cancel)
    {
        var idBytes = Encoding.UTF8.GetBytes(id);
        var idHash = encoder.IdHash(idBytes);
        var keyHash = key is null ? encoder.KeylessHash(topic.Number, idBytes) : encoder.KeyHash(topic.Number, Encoding.UTF8.GetBytes(key));
        var shard = ShardId.Of(keyHash, log.ShardCount);
        var sequence = await log.FindByIdAsync(shard, keyHash, idHash, cancel);
        if (sequence == 0 && key is null)
            (shard, sequence) = await SearchAsync(topic, idHash, cancel);
        if (sequence == 0 || await ReadAsync(shard, sequence, cancel) is not { } view || view.IdText != id)
            return null;
        return new(shard.Value, sequence, view);
    }

    /// <summary>Null when it is no longer kept.</summary>
    public async ValueTask<EventView?> ReadAsync(ShardId shard, long sequence, CancellationToken cancel)
    {
        var copy = new CopySink();
        await log.ReadEventsAsync(shard, new[] { sequence }, copy, cancel);
        return copy.Record is { } record ? new EventView(record) : null;
    }

    private async ValueTask<(ShardId Shard, long Sequence)> SearchAsync(Topic topic, ulong idHash, CancellationToken cancel)
    {
        var entries = new IndexEntry[SearchChunk];
        for (var shard = 0; shard < log.ShardCount; shard++)
        {
            var id = new ShardId(shard);
            var bounds = await log.BoundsAsync(id, cancel);
            for (var to = bounds.Last; to >= bounds.First; to -= entries.Length)
            {
                var from = Math.Max(bounds.First, to - entries.Length + 1);
                var read = await log.ReadIndexAsync(id, from, entries.AsMemory(0, (int)(to - from + 1)), cancel);
                for (var i = read.Count - 1; i >= 0; i--)
                {
                    if (entries[i].IdHash == idHash && entries[i].Topic == topic.Number && (entries[i].Flags & EventFlags.Addressed) == 0)
                        return (id, entries[i].Sequence);
                }
            }
        }
        return default;
    }
}
