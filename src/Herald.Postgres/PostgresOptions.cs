using Herald.Engine.Basics;

namespace Herald.Postgres;

/// <summary>Settings of the store that nodes share. <see cref="Validate"/> returns all errors at once.</summary>
public sealed record PostgresOptions
{
    private const long MiB = 1 << 20, GiB = 1 << 30;

    /// <summary>A connection string of Npgsql, or a URL (<see cref="ConnectionForm"/>). Required.</summary>
    [SettingText<ConnectionForm>(
        "The PostgreSQL database, with store=postgres.", Option = "--connection", OptionValue = "DATABASE", FormerName = "connection")]
    public required string Connection { get; init; }

    /// <summary>
    /// Whoever opens the store applies the migrations, or checks that an operator has applied them. The store itself does neither.
    /// </summary>
    [Setting("Apply the migrations of the PostgreSQL store at start.", FormerName = "migrate")]
    public bool Migrate { get; init; } = true;

    [Setting(
        "The name of this node, for operators.", Most = "255", IsRequired = true, DefaultInWords = "the name of the machine",
        Option = "--node", OptionValue = "NAME", FormerName = "node")]
    public string Node { get; init; } = Environment.MachineName;

    /// <summary>Where this node can be reached, for operators; can be empty.</summary>
    public string NodeAddress { get; init; } = "";

    [Setting(
        "How long a node owns its shards without a renewal; a node that died is replaced within twice this time.",
        Least = "1s", Most = "1m", Option = "--lease", OptionValue = "DURATION", FormerName = "lease")]
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(5);

    [Setting(
        "How owners of shards learn of events that other nodes accepted; poll is for a database or pooler without NOTIFY.",
        FormerName = "wake")]
    public WakeMode Wake { get; init; } = WakeMode.Notify;

    [SettingText<SchemaName>(
        "The schema of Herald's tables; a second one, with _log after its name, holds the events.", IsRequired = true)]
    public string Schema { get; init; } = "herald";

    [Setting("How many shards a new store gets; an existing store keeps its number.", Least = "1", Most = "1024")]
    public int ShardCount { get; init; } = 64;

    /// <summary>Each appends for shards of its own; low load uses only one.</summary>
    [Setting("How many connections append events at the same time.", Least = "1", Most = "64")]
    public int AppendPipelines { get; init; } = 2;

    [Setting(
        "How many connections this node opens; six more are for leases, notifications and locks.", Least = "4", Most = "1000")]
    public int Connections { get; init; } = 20;

    [Setting("How long a call waits for the database before it fails.", Least = "1s", Most = "10m")]
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(10);

    [Setting("Memory for the newest events of the shards that this node owns.", IsBytes = true, Most = "64GiB")]
    public long RecentBytes { get; init; } = 64 * MiB;

    [Setting("The age at which a table of events is closed and a new one begins.", Least = "1m", Most = "30d")]
    public TimeSpan PeriodAge { get; init; } = TimeSpan.FromHours(1);

    [Setting("The number of events at which a table of events is closed and a new one begins.", Least = "1000", Most = "10000000000")]
    public long PeriodEvents { get; init; } = 5_000_000;

    /// <summary>Zero removes events once they are settled.</summary>
    [Setting("How long settled events stay readable.", Most = "36500d")]
    public TimeSpan RetainFor { get; init; } = TimeSpan.FromDays(7);

    [Setting("The size of all tables above which settled events are removed before retainFor.", IsBytes = true, None = "none")]
    public long? RetainBytes { get; init; }

    /// <summary>Null: as much as the database has.</summary>
    [Setting("The size of all tables above which publishing is refused.", IsBytes = true, Least = "1MiB", None = "none")]
    public long? MaxBytes { get; init; }

    [Setting("How long the id of an event is remembered at least, to recognise duplicates.", Least = "1s", Most = "365d")]
    public TimeSpan DuplicateWindow { get; init; } = TimeSpan.FromHours(24);

    [Setting(
        "The number of ids at which a table of remembered ids is closed; duplicate checks read the newest two.",
        Least = "1000", Most = "10000000000")]
    public long DuplicateEntries { get; init; } = 10_000_000;

    [Setting("How long dead letters are kept.", Least = "1m", Most = "36500d")]
    public TimeSpan DeadLetterRetention { get; init; } = TimeSpan.FromDays(30);

    [Setting("How many bytes of dead letters are kept; above it, the oldest are removed.", IsBytes = true, Most = "1024GiB")]
    public long DeadLetterBytes { get; init; } = GiB;

    /// <summary>
    /// The bound in force: with <see cref="MaxBytes"/>, at most a quarter of it, so that dead letters cannot keep new events out for as
    /// long as they are kept.
    /// </summary>
    public long DeadLetterBytesKept => MaxBytes is { } most ? Math.Min(DeadLetterBytes, most / 4) : DeadLetterBytes;

    [Setting("How long attempt history is kept.", Least = "1m", Most = "36500d")]
    public TimeSpan HistoryAge { get; init; } = TimeSpan.FromDays(7);

    [Setting("How many bytes of attempt history are kept; above it, the oldest blocks are removed.", IsBytes = true, Most = "1024GiB")]
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
        Check(
            AppendPipelines <= Connections - 2, nameof(AppendPipelines), AppendPipelines,
            $"must leave at least two of {Connections} connections for other work");
        Check(CommandTimeout >= TimeSpan.FromSeconds(1), nameof(CommandTimeout), CommandTimeout, "must be at least 1 s");
        Check(RecentBytes >= 0, nameof(RecentBytes), RecentBytes, "must not be negative");
        Check(
            PeriodAge >= TimeSpan.FromMinutes(1) && PeriodAge <= TimeSpan.FromDays(30), nameof(PeriodAge), PeriodAge,
            "must be 1 min to 30 days");
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
