using Herald.Engine.Events;
using Herald.Engine.Stores;

namespace Herald.Delivery.Tests;

/// <summary>Stands before commits that make events.</summary>
internal sealed class CommitGate(IShardStore inner) : IShardStore
{
    /// <summary>Happens before each of them reaches the store.</summary>
    public Func<Task>? Before { get; set; }

    /// <summary>The store takes all of a commit but its events, against its contract.</summary>
    public bool RefusesEmitted { get; set; }

    public TimeSpan NoteEvery => inner.NoteEvery;

    public void Note(ShardNote note) => inner.Note(note);

    public ValueTask<ShardProgress> LoadAsync(Fence fence, CancellationToken cancel) => inner.LoadAsync(fence, cancel);

    public ValueTask<ShardProgress> PeekAsync(ShardId shard, CancellationToken cancel) => inner.PeekAsync(shard, cancel);

    public async ValueTask<CommitReply> CommitAsync(ShardCommit commit, CancellationToken cancel)
    {
        if (commit.Emitted.Count == 0)
            return await inner.CommitAsync(commit, cancel);
        if (Before is { } before)
            await before();
        if (!RefusesEmitted)
            return await inner.CommitAsync(commit, cancel);
        await inner.CommitAsync(commit with { Emitted = [] }, cancel);
        return new CommitReply([.. commit.Emitted.Select(_ => new Appended(Verdict.NoRoom, 0))]);
    }
}
