using Herald.Engine.Events;
using Herald.Engine.Stores;

namespace Herald.Engine.Tests.Stores;

/// <summary>Keeps the commits of one shard, and fails those that the test chooses.</summary>
internal sealed class OneShardStore : IShardStore
{
    private readonly Lock _gate = new();
    private readonly List<ShardCommit> _asked = [], _commits = [];
    private readonly List<ShardNote> _notes = [];
    private readonly List<(Func<ShardCommit, bool> Holds, TaskCompletionSource<ShardCommit> Seen)> _waiting = [];

    /// <summary>The commits of every call, including repeated ones.</summary>
    public ShardCommit[] Asked
    {
        get
        {
            lock (_gate)
                return [.. _asked];
        }
    }

    /// <summary>Gets the number of the call (1, 2, 3 …). Returns the exception with which the call fails, or null.</summary>
    public Func<int, Exception?> Fault { get; set; } = _ => null;

    public bool IsShortOfRoom { get; set; }

    /// <summary>
    /// Returns the store's answer for an emitted event, by its index in the commit. This store does not write these events to any log.
    /// </summary>
    public Func<int, Appended> Emitting { get; set; } = i => new Appended(Verdict.Accepted, i + 1);

    /// <summary>The owner writes no notes unless a test sets a shorter interval.</summary>
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

    /// <summary>Changes the stored records as they are read.</summary>
    public Func<ReadOnlyMemory<byte>[], ReadOnlyMemory<byte>[]> Reading { get; set; } = records => records;

    public ShardCommit[] Commits
    {
        get
        {
            lock (_gate)
                return [.. _commits];
        }
    }

    /// <summary>Waits for the first commit that fulfils the condition.</summary>
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
