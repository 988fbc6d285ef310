using Herald.Engine.Stores;
using Herald.Postgres.Connections;

namespace Herald.Postgres.Leases;

/// <summary>
/// Waits for the end of one other node, the next in the order of their sessions, by waiting for the lock of that node.
/// </summary>
/// <remarks>
/// So each node has another one that waits for it. This costs the database one statement in 30 s, and reports at once what the heartbeat
/// would find within a second.
/// </remarks>
internal sealed class NeighbourWatch(Database database, TimeProvider time, Action ended)
{
    /// <summary>
    /// A waiting statement keeps its snapshot, which delays the removal of old rows in the whole database. So the statement is ended and
    /// sent again after this time.
    /// </summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _watched;

    /// <param name="own">The session of this node.</param>
    public void Follow(long own, IEnumerable<NodeBeat> nodes)
    {
        var others = nodes.Where(node => node.Session != 0 && node.Session != own && !node.HasEnded).Select(node => node.Session).Order()
            .ToList();
        var next = others.Find(session => session > own) is > 0 and var found ? found : others.FirstOrDefault();
        lock (_gate)
        {
            if (next == _watched)
                return;
            _watched = next;
            _changed.TrySetResult();
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public async Task RunAsync()
    {
        while (!database.Closing.IsCancellationRequested)
        {
            try
            {
                await WatchOneAsync().ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (database.Closing.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                if (failure is not StoreUnavailableException)
                    database.Notices.Failed(
                        "This node cannot watch whether another node ends. It notices the end later, by missing heartbeats.",
                        failure);
                await PauseAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task WatchOneAsync()
    {
        var (watched, changed) = Now();
        if (watched == 0)
        {
            await changed.WaitAsync(database.Closing).ConfigureAwait(false);
            return;
        }
        using var longest = new CancellationTokenSource(LongestWait, time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(database.Closing, longest.Token);
        _ = changed.ContinueWith(
            _ => Cancel(over), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        try
        {
            await database.RunVitalAsync(
                async (connection, cancel) =>
                {
                    await using var command = connection.Command(Dialect.AwaitEndSql, Commands.Value(watched));
                    // The client can lose a cancellation, so the statement also ends without one.
                    command.CommandTimeout = (int)(LongestWait + Pause).TotalSeconds;
                    return await command.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
                },
                over.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!database.Closing.IsCancellationRequested)
        {
            return;
        }
        ended();
        // The heartbeat decides what follows. If it does not find the node dead, this waits for its lock again.
        await PauseAsync().ConfigureAwait(false);
    }

    private (long, Task) Now()
    {
        lock (_gate)
            return (_watched, _changed.Task);
    }

    private static void Cancel(CancellationTokenSource over)
    {
        try
        {
            over.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The wait has already ended.
        }
    }

    private async Task PauseAsync()
    {
        try
        {
            await Task.Delay(Pause, time, database.Closing).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The store is closed.
        }
    }
}
