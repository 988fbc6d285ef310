namespace Herald.Engine.Events;

/// <summary>A slice of the key space. The values are 0 to the store's number of shards minus one.</summary>
public readonly record struct ShardId(int Value)
{
    /// <summary>The shard for a <see cref="Events.StableHash"/>. The number of shards never changes during the life of a store.</summary>
    public static ShardId Of(ulong hash, int shards) => new((int)(hash % (ulong)shards));

    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
