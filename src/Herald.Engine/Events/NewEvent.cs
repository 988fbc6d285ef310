namespace Herald.Engine.Events;

/// <summary>
/// An event that Intake has checked and encoded, ready to be appended. <see cref="Record"/> belongs to the caller and must not
/// change until the append has ended.
/// </summary>
public readonly record struct NewEvent(ShardId Shard, IndexEntry Index, ReadOnlyMemory<byte> Record)
{
    public bool HasFlag(EventFlags flag) => (Index.Flags & flag) != 0;
}
