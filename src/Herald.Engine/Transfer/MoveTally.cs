using Herald.Engine.Events;

namespace Herald.Engine.Transfer;

/// <summary>
/// Counts the moved items and compares them with the shape: sections must come in order, and events without gaps up to the last.
/// </summary>
public sealed class MoveTally
{
    private readonly long[] _counts = new long[(int)MoveSection.End];
    private readonly long[] _nextRemembered, _next;
    private MoveSection _section = MoveSection.Catalog;

    internal MoveTally(StoreShape shape)
    {
        Shape = shape;
        _nextRemembered = [.. shape.Shards.Select(shard => shard.FirstRemembered)];
        _next = [.. shape.Shards.Select(shard => shard.First)];
    }

    public StoreShape Shape { get; }

    public long this[MoveSection section] => Volatile.Read(ref _counts[(int)section]);

    /// <exception cref="InvalidDataException">The section is out of order.</exception>
    internal void Add(MoveSection section)
    {
        if (section < _section)
            throw new InvalidDataException($"Section {section} comes after {_section}, but must come before it.");
        _section = section;
        Volatile.Write(ref _counts[(int)section], _counts[(int)section] + 1);
    }

    /// <summary>Counts an event, or the index entry of a remembered event.</summary>
    /// <exception cref="InvalidDataException">The sequence or the section is out of order.</exception>
    internal void Add(MoveSection section, ShardId shard, long sequence)
    {
        ref var next = ref (section == MoveSection.Events ? _next : _nextRemembered)[shard.Value];
        if (sequence != next)
            throw new InvalidDataException($"Shard {shard} has sequence {sequence} where {next} is expected.");
        next++;
        Add(section);
    }

    /// <exception cref="InvalidDataException">An event is missing.</exception>
    internal void CheckComplete()
    {
        for (var shard = 0; shard < _next.Length; shard++)
            if (_next[shard] != Shape.Shards[shard].Last + 1 || _nextRemembered[shard] != Shape.Shards[shard].First)
                throw new InvalidDataException(
                    $"Shard {shard} ends before sequence {_next[shard]}, but its last sequence is {Shape.Shards[shard].Last}.");
    }
}
