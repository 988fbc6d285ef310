using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Postgres.Connections;
using Herald.Postgres.Locks;
using Npgsql;

namespace Herald.Postgres.Appends;

/// <summary>
/// Appends events for some of the shards, one transaction at a time. Events that arrive meanwhile share the next transaction, so a slower
/// database makes larger groups.
/// </summary>
internal sealed class AppendPipeline(Database database, EventAppender appender)
    : GroupLoop<AppendItem>(GroupEvents, GroupBytes)
{
    public const int GroupEvents = 1000;
    private const int Tries = 6, LockTries = 3;
    private const long GroupBytes = 4 << 20;

    // Kept open between groups.
    private NpgsqlConnection? _connection;

    /// <summary>Waits for the transaction under way.</summary>
    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync().ConfigureAwait(false);
        if (_connection is not null)
            await _connection.DisposeAsync().ConfigureAwait(false);
    }

    protected override long SizeOf(AppendItem item) => item.Event.Record.Length;

    /// <summary>
    /// Appends the group. If another process keeps a shard locked, the events of that shard are refused; the other events wait until that
    /// is found out.
    /// </summary>
    protected override async Task RunAsync(List<AppendItem> group)
    {
        RefuseFailed(group);
        for (var tried = 1; ; tried++)
        {
            RefuseLocked(group);
            if (group.Count == 0)
                return;
            var events = new NewEvent[group.Count];
            for (var i = 0; i < events.Length; i++)
                events[i] = group[i].Event;
            try
            {
                var verdicts = await AppendAsync(events).ConfigureAwait(false);
                for (var i = 0; i < verdicts.Length; i++)
                    group[i].Request.End(group[i].Index, verdicts[i]);
                return;
            }
            catch (PostgresException failure) when (Failures.IsLockTimeout(failure) && tried < LockTries)
            {
                await LetGoAsync().ConfigureAwait(false);
                await database.Locks.LookAsync(
                    LockTable.Log, [.. events.Select(one => one.Shard.Value)], database.Closing).ConfigureAwait(false);
            }
        }
    }

    protected override async Task FailAsync(List<AppendItem> group, Exception failure)
    {
        var told = failure is OperationCanceledException ? new StoreUnavailableException("The store is closed.")
            : Failures.IsUnavailable(failure) ? database.Unavailable(failure)
            : failure;
        foreach (var item in group)
            item.Request.Fail(told);
        await LetGoAsync().ConfigureAwait(false);
    }

    // One list of the locks decides about the whole group, because a lock can end during the search. With a look per event,
    // early events would then be refused and later ones appended, and the repeated early ones would come after the later ones.
    private void RefuseLocked(List<AppendItem> group)
    {
        var held = database.Locks.HeldOf(LockTable.Log);
        if (held.Count == 0)
            return;
        group.RemoveAll(item =>
        {
            var shard = item.Event.Shard.Value;
            if (!held.Contains(shard))
                return false;
            item.Request.Fail(database.Locks.Refuse(LockTable.Log, shard));
            return true;
        });
    }

    // A request can be in two groups. When the first one has failed, the second one must not append later events of the same shards.
    private static void RefuseFailed(List<AppendItem> group) => group.RemoveAll(item =>
    {
        if (item.Request.Failure is not { } failure)
            return false;
        item.Request.Fail(failure);
        return true;
    });

    private async Task<Appended[]> AppendAsync(NewEvent[] events)
    {
        HashSet<(ShardId, long)>? unreadable = null;
        for (var tried = 1; ; tried++)
        {
            try
            {
                _connection ??= await database.Source.OpenConnectionAsync(database.Closing).ConfigureAwait(false);
                return await appender.AppendAsync(_connection, events, unreadable, database.Closing).ConfigureAwait(false);
            }
            catch (PostgresException failure) when (Failures.IsConflict(failure) && tried < Tries)
            {
                await LetGoAsync().ConfigureAwait(false);
                await Database.PauseAsync(tried, database.Closing).ConfigureAwait(false);
            }
            catch (PostgresException failure) when (Failures.IsTableGone(failure) && tried == 1)
            {
                await LetGoAsync().ConfigureAwait(false);
                await database.OnTableGone(database.Closing).ConfigureAwait(false);
            }
            catch (UnreadableOriginalException met) when (tried < Tries)
            {
                await LetGoAsync().ConfigureAwait(false);
                await appender.AddUnreadableAsync(unreadable ??= [], met, database.Closing).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Rolls back after a failure. The next group gets another connection, whatever happens to this one.</summary>
    private async ValueTask LetGoAsync()
    {
        var given = _connection;
        _connection = null;
        try
        {
            if (given is null)
                return;
            await database.BeginAnewAsync(given).ConfigureAwait(false);
            await given.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            _ = database.Unavailable(failure);
        }
    }
}
