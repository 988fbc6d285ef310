namespace Herald.Postgres;

/// <summary>Settings of the store that nodes share. <see cref="Validate"/> returns all errors at once.</summary>
public sealed record PostgresOptions
{
    private const long MiB = 1 << 20, GiB = 1 << 30;

    /// <summary>How to reach the database: a connection string of Npgsql, or a URL (<see cref="ConnectionText"/>). Required.</summary>
    public required string Connection { get; init; }

    /// <summary>
    /// The schema that holds all tables. A second schema, named with <c>_log</c> after it, holds the tables of events. Default
    /// <c>herald</c>.
    /// </summary>
    public string Schema { get; init; } = "herald";

    /// <summary>Shards of a new store, 1 to 1,024. An existing store keeps the number it was created with. Default 64.</summary>
    public int ShardCount { get; init; } = 64;

    /// <summary>The name of this node, for operators. Default: the name of the machine.</summary>
    public string NodeName { get; init; } = Environment.MachineName;

    /// <summary>Where this node can be reached, for operators; can be empty.</summary>
    public string NodeAddress { get; init; } = "";

    /// <summary>
    /// How long a lease holds without being renewed, 1 s to 1 min. A dead node is replaced within twice that time. Default 5 s.
    /// </summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How owners learn of events that other nodes accepted.</summary>
    public WakeMode Wake { get; init; } = WakeMode.Notify;

    /// <summary>Connections that append, each for shards of its own; low load uses only one. 1 to 64. Default 2.</summary>
    public int AppendPipelines { get; init; } = 2;

    /// <summary>
    /// Connections of one node, 4 to 1,000. Six more are reserved for heartbeat, notifications and the look at locks. Default 20.
    /// </summary>
    public int Connections { get; init; } = 20;

    /// <summary>How long a call waits for the database before it fails, at least 1 s. Default 10 s.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Memory for the newest events of the shards a node owns. Default 64 MiB.</summary>
    public long RecentBytes { get; init; } = 64 * MiB;

    /// <summary>Age at which a table of events is closed, 1 min to 30 days. Default 1 hour.</summary>
    public TimeSpan PeriodAge { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Number of events at which a table of events is closed, at least 1,000. Default 5,000,000.</summary>
    public long PeriodEvents { get; init; } = 5_000_000;

    /// <summary>How long settled events stay readable, zero or more; zero removes them once they are settled. Default 7 days.</summary>
    public TimeSpan RetainFor { get; init; } = TimeSpan.FromDays(7);

    /// <summary>
    /// Size of all tables above which settled events are removed before <see cref="RetainFor"/>; null for no such bound. Default null.
    /// </summary>
    public long? RetainBytes { get; init; }

    /// <summary>
    /// Bytes that all tables can take, at least 1 MiB; beyond it publishing is refused. Null: as much as the database has. Default null.
    /// </summary>
    public long? MaxBytes { get; init; }

    /// <summary>The shortest time that an id is remembered; more than zero. Default 24 hours.</summary>
    public TimeSpan DuplicateWindow { get; init; } = TimeSpan.FromHours(24);

    /// <summary>
    /// Number of ids at which a table of remembered ids is closed, at least 1,000. Duplicate checks read the newest table and the one
    /// before it. Default 10,000,000.
    /// </summary>
    public long DuplicateEntries { get; init; } = 10_000_000;

    /// <summary>How long dead letters are kept; more than zero. Default 30 days.</summary>
    public TimeSpan DeadLetterRetention { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Bytes of dead letters; beyond it the oldest are removed. Default 1 GiB.</summary>
    public long DeadLetterBytes { get; init; } = GiB;

    /// <summary>
    /// The bound in force: with <see cref="MaxBytes"/>, at most a quarter of it, so that dead letters cannot keep new events out for as
    /// long as they are kept.
    /// </summary>
    public long DeadLetterBytesKept => MaxBytes is { } most ? Math.Min(DeadLetterBytes, most / 4) : DeadLetterBytes;

    /// <summary>How long attempt history is kept; more than zero. Default 7 days.</summary>
    public TimeSpan HistoryAge { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Bytes of attempt history; beyond it the oldest blocks are removed. Default 1 GiB.</summary>
    public long HistoryBytes { get; init; } = GiB;

    /// <summary>The bound in force: with <see cref="MaxBytes"/>, at most a quarter of it.</summary>
    public long HistoryBytesKept => MaxBytes is { } most ? Math.Min(HistoryBytes, most / 4) : HistoryBytes;

    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        Check(!string.IsNullOrWhiteSpace(Connection), nameof(Connection), "(hidden)", "must contain the address of the database");
        Check(SchemaName.IsValid(Schema), nameof(Schema), Schema, SchemaName.Rule);
        Check(ShardCount is >= 1 and <= 1024, nameof(ShardCount), ShardCount, "must be 1 to 1,024");
        Check(Lease >= TimeSpan.FromSeconds(1) && Lease <= TimeSpan.FromMinutes(1), nameof(Lease), Lease, "must be 1 s to 1 min");
        Check(AppendPipelines is >= 1 and <= 64, nameof(AppendPipelines), AppendPipelines, "must be 1 to 64");
        Check(Connections is >= 4 and <= 1000, nameof(Connections), Connections, "must be 4 to 1,000");
        Check(AppendPipelines <= Connections - 2, nameof(AppendPipelines), AppendPipelines, $"must leave at least two of {Connections} connections for other work");
        Check(CommandTimeout >= TimeSpan.FromSeconds(1), nameof(CommandTimeout), CommandTimeout, "must be at least 1 s");
        Check(RecentBytes >= 0, nameof(RecentBytes), RecentBytes, "must not be negative");
        Check(PeriodAge >= TimeSpan.FromMinutes(1) && PeriodAge <= TimeSpan.FromDays(30), nameof(PeriodAge), PeriodAge, "must be 1 min to 30 days");
        Check(PeriodEvents >= 1000, nameof(PeriodEvents), PeriodEvents, "must be at least 1,000");
        Check(RetainFor >= TimeSpan.Zero, nameof(RetainFor), RetainFor, "must not be negative");
        Check(RetainBytes is null or >= 0, nameof(RetainBytes), RetainBytes, "must not be negative");
        Check(MaxBytes is null or >= MiB, nameof(MaxBytes), MaxBytes, "must be at least 1 MiB");
        Check(DuplicateWindow > TimeSpan.Zero, nameof(DuplicateWindow), DuplicateWindow, "must be positive");
        Check(DuplicateEntries >= 1000, nameof(DuplicateEntries), DuplicateEntries, "must be at least 1,000");
        Check(DeadLetterRetention > TimeSpan.Zero, nameof(DeadLetterRetention), DeadLetterRetention, "must be positive");
        Check(DeadLetterBytes >= 0, nameof(DeadLetterBytes), DeadLetterBytes, "must not be negative");
        Check(HistoryAge > TimeSpan.Zero, nameof(HistoryAge), HistoryAge, "must be positive");
        Check(HistoryBytes >= 0, nameof(HistoryBytes), HistoryBytes, "must not be negative");
        return errors;

        void Check(bool holds, string setting, object? value, string rule)
        {
            if (!holds)
                errors.Add($"{setting} is {value ?? "(none)"}: {rule}.");
        }
    }
}

public enum WakeMode
{
    /// <summary>By NOTIFY. Heartbeats carry the same heads, so the next heartbeat makes up for a lost notification.</summary>
    Notify,

    /// <summary>By polling with back-off, for databases and poolers without NOTIFY.</summary>
    Poll,
}
