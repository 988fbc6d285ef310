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
    /// <exception cref="StoreFullException">Nothing of it is stored: it may be sent again, or a smaller one in its place.</exception>
    /// <exception cref="StoreUnavailableException">The outcome is unknown: the same commit may be sent again.</exception>
    ValueTask<CommitReply> CommitAsync(ShardCommit commit, CancellationToken cancel);

    /// <summary>How often a shard may note what it has settled, at little cost for this store.</summary>
    TimeSpan NoteEvery { get; }

    /// <summary>
    /// Adds a progress record soon: a crash of the process later than about <see cref="NoteEvery"/> does not lose it. Nobody is told when the store has
    /// the note, or whether. A note that is lost, late or refused costs repeats at most: the next commit tells the same. Records are read in the order of
    /// their numbers.
    /// </summary>
    void Note(ShardNote note);
}

/// <summary>What an owner notes between two commits.</summary>
/// <param name="Number">Above those of the commits before it.</param>
/// <param name="SettledBelow">As the last commit has told it.</param>
/// <param name="Progress">The progress record to add.</param>
public sealed record ShardNote(Fence Fence, long Number, long SettledBelow, ReadOnlyMemory<byte> Progress);

/// <param name="Records">
/// Progress records since (and with) the last checkpoint, in order, in the engine's encoding. In the place of one that the store cannot read
/// back stands <see cref="Unreadable"/>.
/// </param>
public sealed record ShardProgress(IReadOnlyList<ReadOnlyMemory<byte>> Records)
{
    /// <summary>No record of any encoding.</summary>
    public static readonly ReadOnlyMemory<byte> Unreadable = new byte[1];
}

/// <param name="Emitted">The verdicts of the emitted events, by index.</param>
public sealed record CommitReply(IReadOnlyList<Appended> Emitted)
{
    public static readonly CommitReply Empty = new([]);

    /// <summary>The store frees what is settled: the sooner it hears of that, the better.</summary>
    public bool IsShortOfRoom { get; init; }
}

/// <summary>One atomic change of a shard's owner.</summary>
public sealed record ShardCommit
{
    public required Fence Fence { get; init; }

    /// <summary>1, 2, 3 … within the epoch; notes have numbers of these, too.</summary>
    public required long Number { get; init; }

    /// <summary>The progress record to add; empty for none.</summary>
    public ReadOnlyMemory<byte> Progress { get; init; }

    /// <summary>The progress record replaces all earlier ones.</summary>
    public bool IsCheckpoint { get; init; }

    /// <summary>
    /// Retention may free every event below this sequence but those of kept keys; 0 says nothing of it. It may fall: a replay needs again what
    /// was settled, and then what is still there stays.
    /// </summary>
    public long SettledBelow { get; init; }

    /// <summary>
    /// Changes of the kept keys: keys that wait, and must not hold up the retention of all that came after their oldest event. The store keeps their
    /// events from <see cref="KeptKey.From"/> on, below <see cref="SettledBelow"/> too, though it frees everything around them.
    /// </summary>
    public IReadOnlyList<KeptKey> Kept { get; init; } = [];

    /// <summary><see cref="Kept"/> is all of them, not a change: what earlier commits named is kept no longer.</summary>
    public bool IsAllKept { get; init; }

    /// <summary>
    /// Events for any shard. They bear no id of a publisher's, and are accepted whatever else has theirs: the commit, which is applied once, makes each exactly one event.
    /// When there is no room for all of them the commit is refused whole.
    /// </summary>
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
