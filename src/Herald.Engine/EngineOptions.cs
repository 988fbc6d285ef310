using Herald.Engine.Publishing;

namespace Herald.Engine;

/// <summary>Bounds and pace of a node. Every one of them is in docs/limits.md with what happens there.</summary>
public sealed record EngineOptions
{
    public IntakeOptions Intake { get; init; } = new();

    /// <summary>Attempts in flight on this node. Default 1,024; 1 to 100,000.</summary>
    public int MaxInFlight { get; init; } = 1024;

    /// <summary>Outstanding deliveries of one subscription in one shard. Default 256; 2 to 65,536. Past it the subscription falls behind, and only it.</summary>
    public int Window { get; init; } = 256;

    /// <summary>Outstanding deliveries of one key. Default 16; further ones are read back when they are due.</summary>
    public int LaneWindow { get; init; } = 16;

    /// <summary>Blocked keys of one subscription. Default 100,000. Past it the subscription falls behind, and only it.</summary>
    public int MaxBlockedPerSubscription { get; init; } = 100_000;

    /// <summary>Blocked keys on this node. Default 1,000,000.</summary>
    public int MaxBlocked { get; init; } = 1_000_000;

    /// <summary>Bytes of payload that attempts in flight hold on this node. Default 256 MiB; one event always gets through.</summary>
    public long MaxBytesInFlight { get; init; } = 256 << 20;

    /// <summary>
    /// Topics and subscriptions that this node keeps in memory. Default 100,000; 1 or more. Past it those go that nobody has needed for
    /// <see cref="CatalogKeep"/>; what is in use stays, and may be more.
    /// </summary>
    public int CatalogCache { get; init; } = 100_000;

    internal TimeSpan CatalogKeep { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Bytes in which this node remembers who wants events with which type and attributes. Default 64 MiB. Past it what was not asked for lately goes:
    /// such an event is read once more when it is routed.
    /// </summary>
    public long RouteMemory { get; init; } = Routing.RouteMemory.UsualBytes;

    /// <summary>Bytes of their state that each application keeps in memory on this node. Default 64 MiB; what is not there is read.</summary>
    public long StateCache { get; init; } = 64 << 20;

    /// <summary>
    /// How often a shard saves everything it knows. Default 200 ms. A crash loses the counts and the history of the attempts since then; successes are
    /// noted sooner (<see cref="Stores.IShardStore.NoteEvery"/>).
    /// </summary>
    public TimeSpan CommitEvery { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a stop waits for attempts in flight. Default 10 s.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long an attempt may take once its shard is to move to another node: all keys of the shard wait for it. Default 250 ms, from the begin of the attempt.
    /// An attempt that has taken longer already is given up at once, uncounted.
    /// </summary>
    public TimeSpan Handover { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Keys of one shard whose events retention keeps though it frees all around them; further ones hold it up, the youngest first.</summary>
    internal int MostKept { get; init; } = 65_536;

    /// <summary>A key whose deliveries go on is among them only when it lies so many sequences behind: in normal work none does.</summary>
    internal int KeptNear { get; init; } = 1024;

    /// <summary>
    /// Bytes of events that one commit of a shard may bring, in forwards, dead letters and what applications make: far below what a store
    /// takes at once.
    /// </summary>
    internal long MostCommitBytes { get; init; } = 64 << 20;

    /// <summary>Progress records up to this many bytes are not worth a checkpoint.</summary>
    internal int LeastCheckpointBytes { get; init; } = 1 << 16;
}
