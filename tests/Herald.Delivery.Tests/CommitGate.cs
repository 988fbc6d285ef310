using Herald.Engine.Events;
using Herald.Engine.Stores;

namespace Herald.Delivery.Tests;

/// <summary>Lets a test act before commits that contain events, and refuse these events.</summary>
internal sealed class CommitGate(IShardStore inner) : IShardStore
{
    /// <summary>Runs before each commit with events reaches the store.</summary>
    public Func<Task>? Before { get; set; }

    /// <summary>The store accepts the commit without its events. A correct store never does that.</summary>
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
