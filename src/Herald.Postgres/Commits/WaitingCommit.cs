using Herald.Engine.Stores;

namespace Herald.Postgres.Commits;

/// <summary>A commit or a note that waits for a transaction, and the reply to it.</summary>
internal sealed class WaitingCommit(ShardCommit commit, bool isNote)
{
    public bool IsNote => isNote;
    public ShardCommit Commit { get; } = commit;
    public TaskCompletionSource<CommitReply> Reply { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void End(long epoch)
    {
        if (epoch == Commit.Fence.Epoch)
            Reply.TrySetResult(CommitReply.Empty);
        else
            Reply.TrySetException(Owners.Stale(Commit.Fence, epoch));
    }
}
