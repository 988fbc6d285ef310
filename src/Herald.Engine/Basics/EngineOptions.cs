using Herald.Engine.Publishing;

namespace Herald.Engine.Basics;

/// <summary>Bounds and intervals of a node. docs/limits.md lists each with the consequence of reaching it.</summary>
public sealed record EngineOptions
{
    internal const long UsualRouteMemory = 64 << 20;

    public IntakeOptions Intake { get; init; } = new();

    /// <summary>Attempts in flight on this node. Default 1,024; 1 to 100,000.</summary>
    public int MaxInFlight { get; init; } = 1024;

    /// <summary>
    /// Outstanding deliveries of one subscription in one shard. Default 256; 2 to 65,536. Above it this subscription falls behind, and no
    /// other does.
    /// </summary>
    public int Window { get; init; } = 256;

    /// <summary>
    /// Outstanding deliveries of one key. Default 16. Further deliveries are read back from the log when it is their turn.
    /// </summary>
    public int LaneWindow { get; init; } = 16;

    /// <summary>Blocked keys of one subscription. Default 100,000. Above it this subscription falls behind, and no other does.</summary>
    public int MaxBlockedPerSubscription { get; init; } = 100_000;

    /// <summary>Blocked keys on this node. Default 1,000,000.</summary>
    public int MaxBlocked { get; init; } = 1_000_000;

    /// <summary>
    /// Bytes of event records that attempts in flight hold on this node. Default 256 MiB. One event always gets through, whatever its size.
    /// </summary>
    public long MaxBytesInFlight { get; init; } = 256 << 20;

    /// <summary>
    /// Topics and subscriptions that this node keeps in memory. Default 100,000; 1 or more. Above it, topics that have not been used for
    /// <see cref="CatalogKeep"/> are evicted. Topics in use always stay, so there can be more.
    /// </summary>
    public int CatalogCache { get; init; } = 100_000;

    internal TimeSpan CatalogKeep { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Bytes in which this node remembers which subscriptions receive events with a given type and attributes. Default 64 MiB. Above it,
    /// entries that were not used lately are dropped. The next such event must then be read before it can be routed.
    /// </summary>
    public long RouteMemory { get; init; } = UsualRouteMemory;

    /// <summary>
    /// Bytes of state that each application keeps in memory on this node. Default 64 MiB. Other state is read from the store.
    /// </summary>
    public long StateCache { get; init; } = 64 << 20;

    /// <summary>
    /// How often a shard saves all its progress. Default 200 ms. A crash loses the attempt counts and the attempt history since then.
    /// Successes are noted sooner (<see cref="Stores.IShardStore.NoteEvery"/>).
    /// </summary>
    public TimeSpan CommitEvery { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a stop waits for attempts in flight. Default 10 s.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long an attempt may take once its shard is to move to another node, because all keys of the shard wait for it. Default 250 ms.
    /// Once every attempt in flight has been under way for this long, all of them are given up and not counted.
    /// </summary>
    public TimeSpan Handover { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Most kept keys of one shard: keys whose events stay although retention frees the events around them. With more such keys, those
    /// whose first event is youngest hold up retention.
    /// </summary>
    internal int MostKept { get; init; } = 65_536;

    /// <summary>
    /// A key whose deliveries progress becomes a kept key only when it lies this many sequences behind. In normal operation no such key
    /// does.
    /// </summary>
    internal int KeptNear { get; init; } = 1024;

    /// <summary>
    /// Bytes of events in one commit of a shard: forwards, dead letters, and what applications make. This is far below what a store can
    /// take at once.
    /// </summary>
    internal long MostCommitBytes { get; init; } = 64 << 20;

    /// <summary>Progress records with fewer bytes than this together are not worth a checkpoint.</summary>
    internal int LeastCheckpointBytes { get; init; } = 1 << 16;
}
