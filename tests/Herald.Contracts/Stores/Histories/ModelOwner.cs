using System.Text;
using Herald.Engine.Stores;

namespace Herald.Contracts.Stores.Histories;

/// <summary>What the owners of one shard have saved.</summary>
public sealed class ModelOwner
{
    private readonly List<ModelRecord> _progress = [];
    private readonly SortedDictionary<long, (ShardCommit Commit, CommitReply Reply)> _applied = [];

    public long Epoch { get; private set; }

    /// <summary>The number of the newest commit or note.</summary>
    public long LastNumber { get; private set; }

    /// <summary>Commits of this epoch, newest last.</summary>
    public IEnumerable<(ShardCommit Commit, CommitReply Reply)> Applied => _applied.Values;

    public Dictionary<(string Application, string Key), string> State { get; } = [];
    public List<HistoryBlock> History { get; } = [];

    public void TakeOver(long epoch)
    {
        (Epoch, LastNumber) = (epoch, 0);
        _applied.Clear();
    }

    public void Apply(ShardCommit commit, CommitReply reply)
    {
        LastNumber = commit.Number;
        // A record that was seen before a commit is as durable as the commit.
        for (var i = 0; i < _progress.Count; i++)
            _progress[i] = _progress[i] with { IsCertain = _progress[i].IsCertain || _progress[i].IsSeen };
        _applied.Add(commit.Number, (commit, reply));
        if (commit.IsCheckpoint)
            _progress.Clear();
        if (!commit.Progress.IsEmpty)
            _progress.Add(new ModelRecord(Encoding.UTF8.GetString(commit.Progress.Span), IsCertain: true, IsSeen: true));
        foreach (var write in commit.State)
        {
            var name = (write.Application, Encoding.UTF8.GetString(write.Key.Span));
            if (write.Value is { } value)
                State[name] = Encoding.UTF8.GetString(value.Span);
            else
                State.Remove(name);
        }
        if (commit.History is { } block)
            History.Add(block);
    }

    public void Note(ShardNote note)
    {
        LastNumber = note.Number;
        _progress.Add(new ModelRecord(Encoding.UTF8.GetString(note.Progress.Span), IsCertain: false, IsSeen: false));
    }

    /// <summary>Whether these can be the records. A note can be missing. A note that was seen before a commit must stay.</summary>
    public bool Matches(IReadOnlyList<string> records)
    {
        var at = 0;
        for (var i = 0; i < _progress.Count; i++)
        {
            if (at < records.Count && records[at] == _progress[i].Text)
            {
                _progress[i] = _progress[i] with { IsSeen = true };
                at++;
            }
            else if (_progress[i].IsCertain)
            {
                return false;
            }
            else
            {
                // The note was written and then lost with the power.
                _progress[i] = _progress[i] with { IsSeen = false };
            }
        }
        return at == records.Count;
    }

    public string Expected => string.Join(", ", _progress.Select(one => one.IsCertain ? one.Text : $"({one.Text})"));

    private sealed record ModelRecord(string Text, bool IsCertain, bool IsSeen);
}
