using Herald.Engine.Basics;

namespace Herald.Journal;

/// <summary>Settings of the embedded store. <see cref="Validate"/> returns all errors at once.</summary>
public sealed record JournalOptions
{
    private const long MiB = 1 << 20, GiB = 1 << 30;

    /// <summary>The directory of the journal. It is created if missing, accessible to its owner only. Required.</summary>
    public required string Directory { get; init; }

    [Setting("How many shards a new journal gets; an existing journal keeps its number.", Least = "1", Most = "1024")]
    public int ShardCount { get; init; } = 16;

    /// <summary>A larger write gets a larger file.</summary>
    [Setting("The size of a log file.", IsBytes = true, Least = "16KiB", Most = "1GiB")]
    public int SegmentBytes { get; init; } = (int)(64 * MiB);

    /// <summary>Zero removes events once they are settled.</summary>
    [Setting("How long settled events stay readable.", Most = "36500d")]
    public TimeSpan RetainFor { get; init; } = TimeSpan.FromDays(7);

    [Setting("The size of the log above which settled events are removed before retainFor.", IsBytes = true, None = "none")]
    public long? RetainBytes { get; init; }

    /// <summary>At least four segments. The checkpoint comes on top. Null: until the disk is full.</summary>
    [Setting(
        "How much disk the log and its index can take; above it, publishing is refused.", IsBytes = true, Least = "64KiB", None = "none")]
    public long? MaxBytes { get; init; }

    [Setting(
        "How much of the disk stays free; publishing is refused if it would take more.", IsBytes = true, Most = "1024GiB")]
    public long MinFreeBytes { get; init; } = 256 * MiB;

    /// <summary>Beyond it the log is kept from the oldest further event of a waiting key on.</summary>
    [Setting(
        "How many events of waiting keys are kept while the log around them is freed; each takes about 64 bytes of memory.",
        Most = "100000000")]
    public int KeptEntries { get; init; } = 1_000_000;

    [Setting("How long the id of an event is remembered, to recognise duplicates.", Most = "365d")]
    public TimeSpan DuplicateWindow { get; init; } = TimeSpan.FromHours(24);

    [Setting(
        "How many ids of events are remembered, to recognise duplicates; each takes about 12 bytes of memory.", Most = "1000000000")]
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

    [Setting(
        "How many dead letters are kept; above it, the oldest are removed. Each takes about 150 bytes of memory.", Most = "100000000")]
    public int DeadLetterEntries { get; init; } = 1_000_000;

    [Setting("How many bytes of attempt history are kept; above it, the oldest blocks are removed.", IsBytes = true, Most = "1024GiB")]
    public long HistoryBytes { get; init; } = 64 * MiB;

    [Setting("How long attempt history is kept.", Least = "1m", Most = "36500d")]
    public TimeSpan HistoryAge { get; init; } = TimeSpan.FromDays(7);

    [Setting(
        "How many bytes of log lie between two checkpoints; a start reads that much of the log again.",
        IsBytes = true, Least = "16KiB", Most = "1024GiB")]
    public long CheckpointBytes { get; init; } = 128 * MiB;

    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        Check(!string.IsNullOrWhiteSpace(Directory), nameof(Directory), Directory, "must name a directory");
        Check(ShardCount is >= 1 and <= 1024, nameof(ShardCount), ShardCount, "must be 1 to 1,024");
        Check(SegmentBytes is >= 16 << 10 and <= 1 << 30, nameof(SegmentBytes), SegmentBytes, "must be 16 KiB to 1 GiB");
        Check(RetainFor >= TimeSpan.Zero, nameof(RetainFor), RetainFor, "must not be negative");
        Check(RetainBytes is null or >= 0, nameof(RetainBytes), RetainBytes, "must not be negative");
        Check(
            MaxBytes is null || MaxBytes >= 4L * SegmentBytes, nameof(MaxBytes), MaxBytes,
            $"must be at least four segments of {SegmentBytes} bytes");
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
