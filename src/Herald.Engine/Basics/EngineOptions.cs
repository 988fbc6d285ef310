namespace Herald.Engine.Basics;

/// <summary>Bounds and intervals of a node. docs/limits.md lists each with the consequence of reaching it.</summary>
public sealed record EngineOptions
{
    internal const long UsualRouteMemory = 64 << 20;

    public IntakeOptions Intake { get; init; } = new();

    [Setting(
        "How many attempts can be in flight on this node.", Least = "1", Most = "100000", Option = "--engine-max-in-flight",
        OptionValue = "N")]
    public int MaxInFlight { get; init; } = 1024;

    [Setting(
        "How many deliveries of one subscription a shard holds in memory; above it, the subscription reads from the log.",
        Least = "2", Most = "65536")]
    public int Window { get; init; } = 256;

    [Setting(
        "How many deliveries of one key are held in memory; further ones are read from the log when they are due.",
        Least = "1", Most = "65536")]
    public int LaneWindow { get; init; } = 16;

    [Setting("How many keys of one subscription can be blocked before the subscription falls behind.", Least = "1", Most = "10000000")]
    public int MaxBlockedPerSubscription { get; init; } = 100_000;

    [Setting("How many keys can be blocked on this node before subscriptions fall behind.", Least = "1", Most = "100000000")]
    public int MaxBlocked { get; init; } = 1_000_000;

    /// <summary>One event always gets through, whatever its size.</summary>
    [Setting(
        "How many bytes of events the attempts in flight can hold in memory; further attempts wait.",
        IsBytes = true, Least = "1MiB", Most = "64GiB")]
    public long MaxBytesInFlight { get; init; } = 256 << 20;

    /// <summary>
    /// Above it, topics that have not been used for <see cref="CatalogKeep"/> are evicted. Topics in use always stay, so there can be more.
    /// </summary>
    [Setting(
        "How many topics and subscriptions this node keeps in memory; topics in use always stay.", Least = "1", Most = "1000000000")]
    public int CatalogCache { get; init; } = 100_000;

    internal TimeSpan CatalogKeep { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Above it, entries that were not used lately are dropped. The next event with such a type and such attributes must then be read before
    /// it can be routed.
    /// </summary>
    [Setting(
        "Memory in which this node remembers which subscriptions receive which events.", IsBytes = true, Least = "1MiB", Most = "64GiB")]
    public long RouteMemory { get; init; } = UsualRouteMemory;

    [Setting(
        "Memory for the state of each application on this node; other state is read from the store.",
        IsBytes = true, Least = "1MiB", Most = "64GiB")]
    public long StateCache { get; init; } = 64 << 20;

    /// <summary>
    /// A crash loses the attempt counts and the attempt history since then. Successes are noted sooner
    /// (<see cref="Stores.IShardStore.NoteEvery"/>).
    /// </summary>
    [Setting("How often a shard saves its progress.", Least = "1ms", Most = "1m")]
    public TimeSpan CommitEvery { get; init; } = TimeSpan.FromMilliseconds(200);

    [Setting("How long a stop waits for attempts in flight.", Most = "10m")]
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// All keys of the shard wait for these attempts. Once every attempt in flight has been under way for this long, all of them are given
    /// up and not counted.
    /// </summary>
    [Setting("How long a shard that moves to another node waits for its attempts in flight.", Most = "10m")]
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
