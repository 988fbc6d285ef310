using Herald.Engine.Stores;

namespace Herald.Simulation.Stores;

/// <summary>The durable state of one shard.</summary>
internal sealed class SimShard
{
    public List<StoredEvent> Events { get; } = [];
    public Dictionary<(ulong KeyHash, ulong IdHash), (long Sequence, long AtMs)> ByIdentity { get; } = [];
    public List<ReadOnlyMemory<byte>> Progress { get; } = [];

    /// <summary>State of applications, by application and key in hexadecimal.</summary>
    public Dictionary<(string Application, string Key), byte[]> State { get; } = [];

    /// <summary>The first sequence of the log. Of lower ones, only <see cref="Kept"/> are left.</summary>
    public long First { get; set; } = 1;
    public long Last => Events.Count;
    public long SettledBelow { get; private set; } = 1;

    /// <summary>By key: the first sequence that is also needed below <see cref="SettledBelow"/>.</summary>
    public Dictionary<ulong, long> KeptKeys { get; } = [];

    /// <summary>Sequences below <see cref="First"/> that are kept.</summary>
    public SortedSet<long> Kept { get; } = [];

    public bool Has(long sequence) => (sequence >= First && sequence <= Last) || Kept.Contains(sequence);

    public bool Needs(long sequence) =>
        sequence >= SettledBelow || (KeptKeys.TryGetValue(Events[(int)sequence - 1].Entry.KeyHash, out var from) && sequence >= from);

    public long Epoch { get; private set; }

    /// <summary>Null when no node owns the shard, since it was released.</summary>
    public SimNode? Owner { get; set; }
    public long LastCommit { get; private set; }
    public byte[] LastProgress { get; private set; } = [];
    public CommitReply LastReply { get; private set; } = CommitReply.Empty;

    public void TakeOver(long epoch, SimNode? owner) => (Epoch, Owner, LastCommit) = (epoch, owner, 0);

    public void Apply(ShardNote note)
    {
        LastCommit = note.Number;
        Progress.Add(note.Progress.ToArray());
    }

    /// <summary>Answers as if the commit had been applied, also when it is repeated.</summary>
    public void PretendToApply(ShardCommit commit, CommitReply reply) => (LastCommit, LastReply, LastProgress) = (commit.Number, reply, commit.Progress.ToArray());

    public void Apply(ShardCommit commit, CommitReply reply)
    {
        PretendToApply(commit, reply);
        SettledBelow = commit.SettledBelow;
        if (commit.IsAllKept)
            KeptKeys.Clear();
        foreach (var (key, from) in commit.Kept)
        {
            if (from > 0)
                KeptKeys[key] = from;
            else
                KeptKeys.Remove(key);
        }
        if (commit.IsCheckpoint)
            Progress.Clear();
        if (!commit.Progress.IsEmpty)
            Progress.Add(LastProgress);
        foreach (var write in commit.State)
        {
            var name = (write.Application, Convert.ToHexString(write.Key.Span));
            if (write.Value is { } value)
                State[name] = value.ToArray();
            else
                State.Remove(name);
        }
    }
}
