namespace Herald.Journal;

/// <summary>Settings of the embedded store. <see cref="Validate"/> returns all errors at once.</summary>
public sealed record JournalOptions
{
    private const long MiB = 1 << 20, GiB = 1 << 30;

    /// <summary>The directory of the journal. It is created if missing, accessible to its owner only. Required.</summary>
    public required string Directory { get; init; }

    /// <summary>Shards of a new journal, 1 to 1,024. An existing journal keeps the number it was created with. Default 16.</summary>
    public int ShardCount { get; init; } = 16;

    /// <summary>Bytes of a log file, 16 KiB to 1 GiB. A larger write gets a larger file. Default 64 MiB.</summary>
    public int SegmentBytes { get; init; } = (int)(64 * MiB);

    /// <summary>How long settled events stay readable, zero or more; zero removes them once they are settled. Default 7 days.</summary>
    public TimeSpan RetainFor { get; init; } = TimeSpan.FromDays(7);

    /// <summary>
    /// Log size above which settled events are removed before <see cref="RetainFor"/>; null for no such bound. Default null.
    /// </summary>
    public long? RetainBytes { get; init; }

    /// <summary>
    /// Bytes that log, index and reserve can take on disk, at least four segments; the checkpoint comes on top. Beyond it publishing is
    /// refused. Null: until the disk is full. Default null.
    /// </summary>
    public long? MaxBytes { get; init; }

    /// <summary>Bytes that stay free on the disk. Publishing is refused if it would take them. Default 256 MiB.</summary>
    public long MinFreeBytes { get; init; } = 256 * MiB;

    /// <summary>
    /// How many events of waiting keys are kept while the log around them is freed, 0 to 100,000,000; each takes about 64 bytes of memory.
    /// Beyond it the log is kept from the oldest further event of a waiting key on. Default 1,000,000.
    /// </summary>
    public int KeptEntries { get; init; } = 1_000_000;

    /// <summary>How long an id is remembered, zero or more. Default 24 hours.</summary>
    public TimeSpan DuplicateWindow { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How many ids are remembered, 0 to 1,000,000,000; each takes about 12 bytes of memory. Default 10,000,000.</summary>
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

    /// <summary>
    /// Number of dead letters, 0 to 100,000,000; each takes about 150 bytes of memory. Beyond it the oldest are removed. Default 1,000,000.
    /// </summary>
    public int DeadLetterEntries { get; init; } = 1_000_000;

    /// <summary>Bytes of attempt history; beyond it the oldest blocks are dropped. Default 64 MiB.</summary>
    public long HistoryBytes { get; init; } = 64 * MiB;

    /// <summary>How long attempt history is kept; more than zero. Default 7 days.</summary>
    public TimeSpan HistoryAge { get; init; } = TimeSpan.FromDays(7);

    /// <summary>
    /// Log bytes between two checkpoints, at least 16 KiB: the part of the log that an opening reads again. Default 128 MiB.
    /// </summary>
    public long CheckpointBytes { get; init; } = 128 * MiB;

    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        Check(!string.IsNullOrWhiteSpace(Directory), nameof(Directory), Directory, "must name a directory");
        Check(ShardCount is >= 1 and <= 1024, nameof(ShardCount), ShardCount, "must be 1 to 1,024");
        Check(SegmentBytes is >= 16 << 10 and <= 1 << 30, nameof(SegmentBytes), SegmentBytes, "must be 16 KiB to 1 GiB");
        Check(RetainFor >= TimeSpan.Zero, nameof(RetainFor), RetainFor, "must not be negative");
        Check(RetainBytes is null or >= 0, nameof(RetainBytes), RetainBytes, "must not be negative");
        Check(MaxBytes is null || MaxBytes >= 4L * SegmentBytes, nameof(MaxBytes), MaxBytes, $"must be at least four segments of {SegmentBytes} bytes");
        Check(MinFreeBytes >= 0, nameof(MinFreeBytes), MinFreeBytes, "must not be negative");
        Check(KeptEntries is >= 0 and <= 100_000_000, nameof(KeptEntries), KeptEntries, "must be 0 to 100,000,000");
        Check(DuplicateWindow >= TimeSpan.Zero, nameof(DuplicateWindow), DuplicateWindow, "must not be negative");
        Check(DuplicateEntries is >= 0 and <= 1_000_000_000, nameof(DuplicateEntries), DuplicateEntries, "must be 0 to 1,000,000,000");
        Check(DeadLetterRetention > TimeSpan.Zero, nameof(DeadLetterRetention), DeadLetterRetention, "must be positive");
        Check(DeadLetterBytes >= 0, nameof(DeadLetterBytes), DeadLetterBytes, "must not be negative");
        Check(DeadLetterEntries is >= 0 and <= 100_000_000, nameof(DeadLetterEntries), DeadLetterEntries, "must be 0 to 100,000,000");
        Check(HistoryBytes >= 0, nameof(HistoryBytes), HistoryBytes, "must not be negative");
        Check(HistoryAge > TimeSpan.Zero, nameof(HistoryAge), HistoryAge, "must be positive");
        Check(CheckpointBytes >= 16 << 10, nameof(CheckpointBytes), CheckpointBytes, "must be at least 16 KiB");
        return errors;

        void Check(bool holds, string setting, object? value, string rule)
        {
            if (!holds)
                errors.Add($"{setting} is {value ?? "(none)"}: {rule}.");
        }
    }
}
