using Herald.Engine.Stores;
using Herald.Postgres.Connections;
using Herald.Postgres.Locks;
using Npgsql;

namespace Herald.Postgres.Commits;

/// <summary>
/// Saves progress of many shards in one transaction and one round trip. A commit with more than progress and history gets a transaction of
/// its own (<see cref="WholeCommit"/>).
/// </summary>
/// <param name="lazily">A statement after which the transaction does not wait for the disk; null if the database has none. Used for notes,
/// which may be lost.</param>
internal sealed class CommitPipeline(Database database, CommitSql sql, string? lazily) : GroupLoop<WaitingCommit>(GroupCommits, GroupBytes)
{
    private const int GroupCommits = 256, LockTries = 3;
    private const long GroupBytes = 8 << 20;

    private long _groups;

    /// <summary>The number of transactions so far.</summary>
    public long Groups => Volatile.Read(ref _groups);

    public static bool Takes(ShardCommit commit) =>
        commit.Emitted.Count == 0 && commit.State.Count == 0 && commit.DeadLetters.Count == 0 && commit.Kept.Count == 0
            && !commit.IsAllKept;

    public async ValueTask<CommitReply> CommitAsync(ShardCommit commit)
    {
        var waiting = new WaitingCommit(commit, isNote: false);
        Add(waiting);
        return await waiting.Reply.Task.ConfigureAwait(false);
    }

    /// <summary>Adds a note to the next commits. The caller does not learn the result.</summary>
    public void Note(ShardNote note)
    {
        var commit = new ShardCommit { Fence = note.Fence, Number = note.Number, SettledBelow = note.SettledBelow, Progress = note.Progress };
        var waiting = new WaitingCommit(commit, isNote: true);
        // Reads the exception, so that it does not count as unobserved.
        _ = waiting.Reply.Task.ContinueWith(
            failed => failed.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        Add(waiting);
    }

    protected override long SizeOf(WaitingCommit item) => item.Commit.Progress.Length + (item.Commit.History?.Block.Length ?? 0);

    /// <summary>Saves the group. Refuses the commits of shards that another process keeps locked, and saves the others.</summary>
    protected override async Task RunAsync(List<WaitingCommit> group)
    {
        for (var tried = 1; ; tried++)
        {
            group.RemoveAll(RefusesLocked);
            if (group.Count == 0)
                return;
            try
            {
                var epochs = await database.RunAsync(
                    (connection, cancel) => SaveAsync(connection, group, cancel), CancellationToken.None).ConfigureAwait(false);
                Interlocked.Increment(ref _groups);
                foreach (var one in group)
                    one.End(epochs.GetValueOrDefault(one.Commit.Fence.Shard.Value));
                return;
            }
            catch (StoreUnavailableException failure) when (failure.InnerException is { } inner && Failures.IsLockTimeout(inner) && tried < LockTries)
            {
                await database.Locks.LookAsync(
                    LockTable.Owner, group.ConvertAll(one => one.Commit.Fence.Shard.Value), CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    protected override Task FailAsync(List<WaitingCommit> group, Exception failure)
    {
        foreach (var one in group)
            one.Reply.TrySetException(failure);
        return Task.CompletedTask;
    }

    private bool RefusesLocked(WaitingCommit one)
    {
        var shard = one.Commit.Fence.Shard.Value;
        return database.Locks.IsHeld(LockTable.Owner, shard) && one.Reply.TrySetException(database.Locks.Refuse(LockTable.Owner, shard));
    }

    /// <summary>Returns the epochs that own the shards. A commit under another epoch has changed nothing.</summary>
    private async Task<Dictionary<int, long>> SaveAsync(NpgsqlConnection connection, List<WaitingCommit> group, CancellationToken cancel)
    {
        var commits = group.ConvertAll(w => w.Commit);
        // A batch without an explicit transaction is one transaction.
        await using var batch = new NpgsqlBatch(connection);
        batch.WithBounds();
        var notes = group.TrueForAll(one => one.IsNote) ? lazily : null;
        if (notes is not null)
            batch.With(notes);
        batch.With(sql.LockOwners, Commands.Value(commits.Select(c => c.Fence.Shard.Value).Distinct().Order().ToArray()));
        AddProgress(batch, commits, commits.ConvertAll(_ => (byte[]?)null));
        AddHistory(batch, commits);
        AddDeleteBehind(batch, commits);
        await using var reader = await batch.ExecuteReaderAsync(cancel).ConfigureAwait(false);
        var epochs = new Dictionary<int, long>();
        // The settings have answers as well.
        for (var settings = notes is null ? 1 : 2; settings > 0; settings--)
            await reader.NextResultAsync(cancel).ConfigureAwait(false);
        while (await reader.ReadAsync(cancel).ConfigureAwait(false))
            epochs[reader.GetInt32(0)] = reader.GetInt64(1);
        while (await reader.NextResultAsync(cancel).ConfigureAwait(false))
            continue;
        return epochs;
    }

    public void AddProgress(NpgsqlBatch batch, List<ShardCommit> commits, List<byte[]?> replies) => batch.With(
        sql.InsertProgress,
        Commands.Value(Shards(commits)), Commands.Value(Epochs(commits)), Commands.Value(Numbers(commits)),
        Commands.Value(commits.Select(c => c.IsCheckpoint).ToArray()), Commands.Value(commits.Select(c => c.SettledBelow).ToArray()),
        Commands.Value(commits.Select(c => c.Progress).ToArray()), Commands.Value(replies.ToArray()));

    public void AddHistory(NpgsqlBatch batch, List<ShardCommit> commits)
    {
        var with = commits.Where(c => c.History is not null).ToList();
        if (with.Count == 0)
            return;
        batch.With(
            sql.InsertHistory,
            Commands.Value(Shards(with)), Commands.Value(Epochs(with)), Commands.Value(Numbers(with)),
            Commands.Value(with.Select(c => c.History!.First).ToArray()),
            Commands.Value(with.Select(c => c.History!.Last).ToArray()), Commands.Value(with.Select(c => c.History!.WrittenAtMs).ToArray()),
            Commands.Value(with.Select(c => c.History!.Block).ToArray()));
    }

    public void AddDeleteBehind(NpgsqlBatch batch, List<ShardCommit> commits)
    {
        var checkpoints = commits.Where(c => c.IsCheckpoint).ToList();
        if (checkpoints.Count > 0)
            batch.With(
                sql.DeleteBehind, Commands.Value(Shards(checkpoints)), Commands.Value(Epochs(checkpoints)),
                Commands.Value(Numbers(checkpoints)));
    }

    private static int[] Shards(List<ShardCommit> commits) => [.. commits.Select(c => c.Fence.Shard.Value)];

    private static long[] Epochs(List<ShardCommit> commits) => [.. commits.Select(c => c.Fence.Epoch)];

    private static long[] Numbers(List<ShardCommit> commits) => [.. commits.Select(c => c.Number)];
}
