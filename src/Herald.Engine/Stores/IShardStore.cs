using Herald.Engine.Events;

namespace Herald.Engine.Stores;

/// <summary>What the owner of a shard reads and writes, and anybody may look at; each commit is all or nothing.</summary>
public interface IShardStore
{
    /// <summary>The shard's progress as its last owner left it.</summary>
    /// <exception cref="StaleOwnerException">A newer epoch has been seen.</exception>
    ValueTask<ShardProgress> LoadAsync(Fence fence, CancellationToken cancel);

    /// <summary>The same for anybody, whoever owns the shard: its progress as of the last commit. Changes nothing, and holds up nobody.</summary>
    ValueTask<ShardProgress> PeekAsync(ShardId shard, CancellationToken cancel);

    /// <summary>
    /// Applies the commit atomically and durably. Commits of one epoch are numbered 1, 2, 3 …; a number that was already applied
    /// returns its first reply and changes nothing.
    /// </summary>
    /// <exception cref="StaleOwnerException">A newer epoch has been seen; nothing was changed.</exception>
    /// <exception cref="StoreUnavailableException">The outcome is unknown: the same commit may be sent again.</exception>
    ValueTask<CommitReply> CommitAsync(ShardCommit commit, CancellationToken cancel);
}

/// <param name="Records">Progress records since (and with) the last checkpoint, in order, in the engine's encoding.</param>
public sealed record ShardProgress(IReadOnlyList<ReadOnlyMemory<byte>> Records);

/// <param name="Emitted">The verdicts of the emitted events, by index.</param>
public sealed record CommitReply(IReadOnlyList<Appended> Emitted)
{
    public static readonly CommitReply Empty = new([]);
}

/// <summary>One atomic change of a shard's owner.</summary>
public sealed record ShardCommit
{
    public required Fence Fence { get; init; }

    /// <summary>1, 2, 3 … within the epoch.</summary>
    public required long Number { get; init; }

    /// <summary>The progress record to add; empty for none.</summary>
    public ReadOnlyMemory<byte> Progress { get; init; }

    /// <summary>The progress record replaces all earlier ones.</summary>
    public bool IsCheckpoint { get; init; }

    /// <summary>Everything below this sequence is settled for every subscription: retention may free it.</summary>
    public long SettledBelow { get; init; }

    /// <summary>Events for any shard, deduplicated like published ones.</summary>
    public IReadOnlyList<NewEvent> Emitted { get; init; } = [];
    public IReadOnlyList<StateWrite> State { get; init; } = [];
    public IReadOnlyList<NewDeadLetter> DeadLetters { get; init; } = [];

    /// <summary>Attempt records in the engine's encoding, kept as one block; empty for none.</summary>
    public HistoryBlock? History { get; init; }
}

/// <param name="Value">Null removes the entry.</param>
public readonly record struct StateWrite(string Application, ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte>? Value);

/// <summary>Attempts at deliveries of sequences <paramref name="First"/> to <paramref name="Last"/> of one shard.</summary>
public sealed record HistoryBlock(long First, long Last, long WrittenAtMs, ReadOnlyMemory<byte> Block);

/// <summary>Another node owns the shard now.</summary>
public sealed class StaleOwnerException(string message) : Exception(message);
