namespace Herald.Engine.Events;

/// <summary>What a shard reads instead of whole events: 64 bytes that suffice to route, to keep order and to plan.</summary>
/// <param name="Sequence">The event's number in the shard's log: 1, 2, 3 … without gaps.</param>
/// <param name="AcceptedAtMs">The time of acceptance in Unix milliseconds.</param>
/// <param name="KeyHash">
/// Identifies the lane: <see cref="IdentityHash"/> of (topic, key), or of (topic, id) for an event without a key.
/// </param>
/// <param name="IdHash"><see cref="IdentityHash"/> of the id alone.</param>
/// <param name="RouteHash">
/// <see cref="IdentityHash"/> of type and attributes: events of a topic with the same value go to the same subscriptions.
/// For an addressed event, of the subscription's name.
/// </param>
/// <param name="Topic">The topic's number in the catalog. Numbers are never reused.</param>
/// <param name="Size">Bytes of the record.</param>
public readonly record struct IndexEntry(
    long Sequence, long AcceptedAtMs, ulong KeyHash, ulong IdHash, UInt128 RouteHash, int Topic, int Size, EventFlags Flags)
{
    /// <summary>
    /// Hash of (topic, key, id), by which deduplication searches. <see cref="KeyHash"/> and <see cref="IdHash"/> together, 128 bits,
    /// identify the event.
    /// </summary>
    public ulong DuplicateHash => StableHash.Mix(KeyHash, IdHash);
}
