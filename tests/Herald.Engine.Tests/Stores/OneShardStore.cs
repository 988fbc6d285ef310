using Herald.Engine.Events;
using Herald.Engine.Stores;

namespace Herald.Engine.Tests.Stores;

/// <summary>Keeps the commits of one shard; fails those the test says.</summary>
internal sealed class OneShardStore : IShardStore
{
    private readonly Lock _gate = new();
    private readonly List<ShardCommit> _asked = [], _commits = [];
    private readonly List<ShardNote> _notes = [];
    private readonly List<(Func<ShardCommit, bool> Holds, TaskCompletionSource<ShardCommit> Seen)> _waiting = [];

    /// <summary>What every call brought, repeated ones included.</summary>
    public ShardCommit[] Asked
    {
        get
        {
            lock (_gate)
                return [.. _asked];
        }
    }

    /// <summary>Asked with the number of the call, 1, 2, 3 …: what it fails with, or null.</summary>
    public Func<int, Exception?> Fault { get; set; } = _ => null;

    public bool IsShortOfRoom { get; set; }

    /// <summary>What becomes of the events that a commit makes, by their place in it. They are in no log here.</summary>
    public Func<int, Appended> Emitting { get; set; } = i => new Appended(Verdict.Accepted, i + 1);

    /// <summary>No notes, unless a test wants them.</summary>
    public TimeSpan NoteEvery { get; set; } = TimeSpan.FromDays(1);

    public ShardNote[] Notes
    {
        get
        {
            lock (_gate)
                return [.. _notes];
        }
    }

    public Exception? LoadFault { get; set; }

    /// <summary>What is read of the records that are stored.</summary>
    public Func<ReadOnlyMemory<byte>[], ReadOnlyMemory<byte>[]> Reading { get; set; } = records => records;

    public ShardCommit[] Commits
    {
        get
        {
            lock (_gate)
                return [.. _commits];
        }
    }

    /// <summary>The first commit for which it holds, once it is there.</summary>
    public Task<ShardCommit> WhenAsync(Func<ShardCommit, bool> holds)
    {
        lock (_gate)
        {
            if (_commits.Find(c => holds(c)) is { } there)
                return Task.FromResult(there);
            var seen = new TaskCompletionSource<ShardCommit>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((holds, seen));
            return seen.Task.WaitAsync(Xunit.TestContext.Current.CancellationToken);
        }
    }

    public ValueTask<ShardProgress> LoadAsync(Fence fence, CancellationToken cancel) => LoadFault is null ? PeekAsync(fence.Shard, cancel) : throw LoadFault;

    public ValueTask<ShardProgress> PeekAsync(ShardId shard, CancellationToken cancel)
    {
        lock (_gate)
            return new(new ShardProgress(Reading([.. _commits.Select(c => c.Progress).Where(p => !p.IsEmpty)])));
    }

    public void Note(ShardNote note)
    {
        lock (_gate)
            _notes.Add(note);
    }

    public ValueTask<CommitReply> CommitAsync(ShardCommit commit, CancellationToken cancel)
    {
        lock (_gate)
        {
            _asked.Add(commit);
            if (Fault(_asked.Count) is { } fault)
                throw fault;
            if (_commits.All(c => c.Number != commit.Number))
                _commits.Add(commit);
            foreach (var (holds, seen) in _waiting)
                if (holds(commit))
                    seen.TrySetResult(commit);
            return new(new CommitReply([.. commit.Emitted.Select((_, i) => Emitting(i))]) { IsShortOfRoom = IsShortOfRoom });
        }
    }
}
