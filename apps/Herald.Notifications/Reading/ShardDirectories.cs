using Herald.Notifications.Statuses;

namespace Herald.Notifications.Reading;

/// <summary>The directories of all shards at one time. A damaged one costs its own shard.</summary>
internal sealed class ShardDirectories(BlockDirectory?[] directories, IReadOnlyDictionary<int, InvalidDataException> damages)
{
    public int Count => directories.Length;

    /// <summary>Null for a shard that has no rows yet.</summary>
    /// <exception cref="InvalidDataException">The directory of this shard is damaged; the message says how.</exception>
    public BlockDirectory? this[int shard] =>
        damages.TryGetValue(shard, out var damage) ? throw new InvalidDataException(damage.Message, damage) : directories[shard];

    /// <exception cref="InvalidDataException">One of them is damaged; the message says how.</exception>
    public BlockDirectory?[] All() => [.. Enumerable.Range(0, Count).Select(shard => this[shard])];
}
