using Herald.Engine.Events;

namespace Herald.Engine.Stores;

/// <summary>What the owner of a shard reads and writes, and any node may read. Each commit is applied whole or not at all.</summary>
public interface IShardStore
{
    /// <summary>The shard's progress as its last owner saved it.</summary>
    /// <exception cref="StaleOwnerException">The store has seen a newer epoch.</exception>
    ValueTask<ShardProgress> LoadAsync(Fence fence, CancellationToken cancel);

    /// <summary>
    /// The progress as of the last commit, for any caller, whichever node owns the shard. It changes nothing and blocks no owner.
    /// </summary>
    ValueTask<ShardProgress> PeekAsync(ShardId shard, CancellationToken cancel);

    /// <summary>
    /// Applies the commit atomically and durably. Commits of one epoch are numbered 1, 2, 3 …. A commit whose number was already applied
    /// changes nothing and returns the first reply.
    /// </summary>
    /// <exception cref="StaleOwnerException">The store has seen a newer epoch; nothing was changed.</exception>
    /// <exception cref="StoreFullException">
    /// Nothing of it is stored: the caller may send it again, or send a smaller one instead.
    /// </exception>
    /// <exception cref="StoreUnavailableException">The outcome is unknown: the caller may send the same commit again.</exception>
    ValueTask<CommitReply> CommitAsync(ShardCommit commit, CancellationToken cancel);

    /// <summary>How often a shard may note its settled deliveries at little cost for this store.</summary>
    TimeSpan NoteEvery { get; }

    /// <summary>
    /// Adds a progress record soon: a crash of the process later than about <see cref="NoteEvery"/> does not lose it. The store never
    /// reports whether or when it has the note.
    /// </summary>
    /// <remarks>
    /// A note that is lost, late or refused costs at most repeated deliveries, because the next commit says the same. Records are read in
    /// the order of their numbers.
    /// </remarks>
    void Note(ShardNote note);
}

/// <summary>A note: a small progress record between two commits.</summary>
/// <param name="Number">Higher than the numbers of the commits before it.</param>
/// <param name="SettledBelow">The value from the last commit.</param>
/// <param name="Progress">The progress record to add.</param>
public sealed record ShardNote(Fence Fence, long Number, long SettledBelow, ReadOnlyMemory<byte> Progress);

/// <param name="Records">
/// The last checkpoint and the progress records after it, in order, in the engine's encoding. <see cref="Unreadable"/> stands in the place
/// of a record that the store cannot read back.
/// </param>
public sealed record ShardProgress(IReadOnlyList<ReadOnlyMemory<byte>> Records)
{
    /// <summary>A value that is not a record in any encoding.</summary>
    public static readonly ReadOnlyMemory<byte> Unreadable = new byte[1];
}

/// <param name="Emitted">The verdicts of the emitted events, by index.</param>
public sealed record CommitReply(IReadOnlyList<Appended> Emitted)
{
    public static readonly CommitReply Empty = new([]);

    /// <summary>The store is short of room. It frees settled events, so the owner should commit its progress soon.</summary>
    public bool IsShortOfRoom { get; init; }
}

/// <summary>One atomic change by a shard's owner.</summary>
public sealed record ShardCommit
{
    public required Fence Fence { get; init; }

    /// <summary>1, 2, 3 … within the epoch. Notes take their numbers from the same series.</summary>
    public required long Number { get; init; }

    /// <summary>The progress record to add; empty for none.</summary>
    public ReadOnlyMemory<byte> Progress { get; init; }

    /// <summary>The progress record replaces all earlier records.</summary>
    public bool IsCheckpoint { get; init; }

    /// <summary>
    /// Retention may free every event below this sequence except the events of kept keys; 0 leaves the mark as it is. The mark may fall: a
    /// replay needs settled events again, and those that still exist then stay.
    /// </summary>
    public long SettledBelow { get; init; }

    /// <summary>
    /// Changes of the kept keys. A kept key waits, but must not delay the retention of everything after its oldest event. The store keeps
    /// the events of such a key from <see cref="KeptKey.From"/> on, also below <see cref="SettledBelow"/>, and frees the events around
    /// them.
    /// </summary>
    public IReadOnlyList<KeptKey> Kept { get; init; } = [];

    /// <summary>
    /// <see cref="Kept"/> lists all kept keys, not only changes. Keys that earlier commits named and this one does not are no longer kept.
    /// </summary>
    public bool IsAllKept { get; init; }

    /// <summary>
    /// Events for any shard. The store accepts them even if another event has their id, because they carry no id of a publisher.
    /// </summary>
    /// <remarks>
    /// The commit is applied once, and this makes each exactly one event. When there is no room for all of them, the store refuses the
    /// whole commit.
    /// </remarks>
    public IReadOnlyList<NewEvent> Emitted { get; init; } = [];
    public IReadOnlyList<StateWrite> State { get; init; } = [];
    public IReadOnlyList<NewDeadLetter> DeadLetters { get; init; } = [];

    /// <summary>Attempt records in the engine's encoding, kept as one block; null for none.</summary>
    public HistoryBlock? History { get; init; }
}

/// <param name="Application">The full name (<see cref="Basics.TenantId.FullName"/>).</param>
/// <param name="Value">Null removes the entry.</param>
public readonly record struct StateWrite(string Application, ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte>? Value);

/// <summary>Attempts at deliveries of the sequences <paramref name="First"/> to <paramref name="Last"/> of one shard.</summary>
public sealed record HistoryBlock(long First, long Last, long WrittenAtMs, ReadOnlyMemory<byte> Block);

/// <summary>Another owner has a newer epoch of the shard.</summary>
public sealed class StaleOwnerException(string message) : Exception(message);
