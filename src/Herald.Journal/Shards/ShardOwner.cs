using Herald.Engine.Stores;
using Herald.Journal.Frames;

namespace Herald.Journal.Shards;

/// <summary>The progress that a shard's owner has saved, and the commits that were already applied. Only the writer uses it.</summary>
internal sealed class ShardOwner
{
    /// <summary>How many replies are kept for repeated commits. Owners have far fewer commits under way.</summary>
    private const int RepliesKept = 64;

    private readonly Dictionary<long, CommitReply> _replies = [];
    private readonly List<ReadOnlyMemory<byte>> _records = [];
    private readonly Dictionary<ulong, long> _kept = [];

    /// <summary>
    /// The epoch of the lease in force. It is not saved: each epoch numbers its commits from 1, and no epoch outlives the process.
    /// </summary>
    public long Epoch { get; private set; }
    public long LastNumber { get; private set; }
    public long SettledBelow { get; private set; }

    /// <summary>True when some keys need events below <see cref="SettledBelow"/>, each from a sequence of its own on.</summary>
    public bool HasKept => _kept.Count > 0;

    /// <summary>Set when the owner may need fewer events than before. Retention resets it.</summary>
    public bool NeedsLess { get; set; }

    public bool Needs(in StoredEntry entry) =>
        entry.Sequence >= SettledBelow || (_kept.TryGetValue(entry.KeyHash, out var from) && entry.Sequence >= from);

    public void Grant(long epoch)
    {
        Epoch = epoch;
        LastNumber = 0;
        _replies.Clear();
    }

    /// <summary>Returns the first reply to a commit number that was applied before, or null.</summary>
    public CommitReply? FindReply(long number) =>
        number > LastNumber ? null : _replies.GetValueOrDefault(number, CommitReply.Empty);

    public void Remember(long number, CommitReply reply)
    {
        LastNumber = number;
        if (reply.Emitted.Count > 0)
            _replies[number] = reply;
        _replies.Remove(number - RepliesKept);
    }

    public static void Write(FrameBuffer frame, ShardNote note) =>
        Write(frame, note.Fence, note.Number, note.SettledBelow, note.Progress.Span, isCheckpoint: false);

    private static void Write(
        FrameBuffer frame, Fence fence, long number, long settledBelow, ReadOnlySpan<byte> progress, bool isCheckpoint)
    {
        frame.Begin(EntryType.Progress, fence.Shard.Value, (byte)(isCheckpoint ? 1 : 0));
        frame.Add(fence.Epoch);
        frame.Add(number);
        frame.Add(settledBelow);
        frame.AddSized(progress);
        frame.End();
    }

    public static void Write(FrameBuffer frame, ShardCommit commit)
    {
        Write(frame, commit.Fence, commit.Number, commit.SettledBelow, commit.Progress.Span, commit.IsCheckpoint);
        if (commit.Kept.Count > 0 || commit.IsAllKept)
            WriteKept(frame, commit.Fence.Shard.Value, commit.Kept, commit.IsAllKept);
    }

    public static int MaxBytes(IReadOnlyList<KeptKey> kept) => 32 + (16 * kept.Count);

    public static void WriteKept(FrameBuffer frame, int shard, IReadOnlyList<KeptKey> kept, bool all)
    {
        frame.Begin(EntryType.KeptKeys, shard, (byte)(all ? 1 : 0));
        SaveKept(frame, kept);
        frame.End();
    }

    public void Apply(ref EntryReader entry)
    {
        entry.Long();
        entry.Long();
        // SettledBelow can fall, because a replay needs settled events again. Zero leaves it unchanged.
        if (entry.Long() is > 0 and var settledBelow && settledBelow != SettledBelow)
            (SettledBelow, NeedsLess) = (settledBelow, true);
        if ((entry.Flags & 1) != 0)
            _records.Clear();
        if (entry.Sized() is { IsEmpty: false } record)
            _records.Add(record.ToArray());
    }

    public void ApplyKept(ref EntryReader entry)
    {
        if ((entry.Flags & 1) != 0)
            _kept.Clear();
        for (var count = entry.Int(); count > 0; count--)
        {
            var (key, from) = ((ulong)entry.Long(), entry.Long());
            if (from > 0)
                _kept[key] = from;
            else
                _kept.Remove(key);
        }
        NeedsLess = true;
    }

    public ReadOnlyMemory<byte>[] Records() => [.. _records];

    public KeptKey[] Kept() => [.. _kept.Select(kept => new KeptKey(kept.Key, kept.Value))];

    public static void SaveKept(FrameBuffer frame, IReadOnlyList<KeptKey> kept)
    {
        frame.Add(kept.Count);
        foreach (var (key, from) in kept)
        {
            frame.Add((long)key);
            frame.Add(from);
        }
    }

    public void Load(long settledBelow) => SettledBelow = settledBelow;

    public void LoadRecord(ReadOnlySpan<byte> record) => _records.Add(record.ToArray());
}
