namespace Herald.Engine.Events;

/// <summary>
/// What shards read instead of events: enough to route, to keep order and to plan, in 64 bytes.
/// </summary>
/// <param name="Sequence">Place in the shard's log: 1, 2, 3 … without gaps.</param>
/// <param name="AcceptedAtMs">When it was accepted, in Unix milliseconds.</param>
/// <param name="KeyHash">Names the lane: <see cref="IdentityHash"/> of (topic, key), or of (topic, id) when there is no key.</param>
/// <param name="IdHash"><see cref="IdentityHash"/> of the publisher's id alone.</param>
/// <param name="RouteHash"><see cref="IdentityHash"/> of type and attributes: two events with the same value route alike.</param>
/// <param name="Topic">The topic's number in the catalog; numbers are never reused.</param>
/// <param name="Size">Bytes of the record.</param>
public readonly record struct IndexEntry(
    long Sequence, long AcceptedAtMs, ulong KeyHash, ulong IdHash, UInt128 RouteHash, int Topic, int Size, EventFlags Flags)
{
    /// <summary>Of (topic, key, id): what deduplication looks for. Both halves together, in 128 bits, name the event.</summary>
    public ulong DuplicateHash => StableHash.Mix(KeyHash, IdHash);
}
