using Herald.Engine.Stores;
using Herald.Journal.Frames;

namespace Herald.Journal.Shards;

/// <summary>What the owner of a shard has saved, and which of its commits were already applied. Used by the writer alone.</summary>
internal sealed class ShardOwner
{
    /// <summary>Replies kept for repeated commits; owners wait for far fewer.</summary>
    private const int RepliesKept = 64;

    private readonly Dictionary<long, CommitReply> _replies = [];
    private readonly List<ReadOnlyMemory<byte>> _records = [];

    /// <summary>The epoch of the lease in force. Commits are numbered anew in each, and none outlives the process: nothing of it is saved.</summary>
    public long Epoch { get; private set; }
    public long LastNumber { get; private set; }
    public long SettledBelow { get; private set; }

    public void Grant(long epoch)
    {
        Epoch = epoch;
        LastNumber = 0;
        _replies.Clear();
    }

    /// <summary>The first reply to a number, when it was applied before.</summary>
    public CommitReply? FindReply(long number) =>
        number > LastNumber ? null : _replies.GetValueOrDefault(number, CommitReply.Empty);

    public void Remember(long number, CommitReply reply)
    {
        LastNumber = number;
        if (reply.Emitted.Count > 0)
            _replies[number] = reply;
        _replies.Remove(number - RepliesKept);
    }

    public static void Write(FrameBuffer frame, ShardCommit commit)
    {
        frame.Begin(EntryType.Progress, commit.Fence.Shard.Value, (byte)(commit.IsCheckpoint ? 1 : 0));
        frame.Add(commit.Fence.Epoch);
        frame.Add(commit.Number);
        frame.Add(commit.SettledBelow);
        frame.AddSized(commit.Progress.Span);
        frame.End();
    }

    public void Apply(ref EntryReader entry)
    {
        entry.Long();
        entry.Long();
        // It may fall: a replay needs again what was settled. Zero says nothing of it.
        if (entry.Long() is > 0 and var settledBelow)
            SettledBelow = settledBelow;
        if ((entry.Flags & 1) != 0)
            _records.Clear();
        if (entry.Sized() is { IsEmpty: false } record)
            _records.Add(record.ToArray());
    }

    public ReadOnlyMemory<byte>[] Records() => [.. _records];

    public void Load(long settledBelow) => SettledBelow = settledBelow;

    public void LoadRecord(ReadOnlySpan<byte> record) => _records.Add(record.ToArray());
}
