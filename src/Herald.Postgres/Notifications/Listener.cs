using Herald.Postgres.Connections;
using Herald.Postgres.Leases;
using Npgsql;

namespace Herald.Postgres.Notifications;

/// <summary>Receives notifications of other nodes on a connection of its own, which also holds this node's lock.</summary>
/// <remarks>Opens a broken connection again. The next heartbeat carries what was lost meanwhile.</remarks>
internal sealed class Listener(Database database, string channel, NodeSession session, TimeProvider time, Action<string> heard)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1), HoldAgain = TimeSpan.FromMilliseconds(20),
        HoldAgainAtMost = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// The client loses a cancellation that comes between its check for one and its read from the connection. So each wait ends by itself,
    /// and a store that is being closed does not wait for a notification. This costs the database nothing.
    /// </summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    public async Task RunAsync()
    {
        while (!database.Closing.IsCancellationRequested)
        {
            try
            {
                await using var connection = await database.Vital.OpenConnectionAsync(database.Closing).ConfigureAwait(false);
                connection.Notification += OnNotification;
                await using (var listen = connection.Command(Dialect.ListenSql(channel)))
                    await listen.ExecuteNonQueryAsync(database.Closing).ConfigureAwait(false);
                await HoldAsync(connection).ConfigureAwait(false);
                while (!database.Closing.IsCancellationRequested)
                    await connection.WaitAsync(LongestWait, database.Closing).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is OperationCanceledException || Failures.IsUnavailable(failure))
            {
                // A connection that held the lock is opened again at once, because other nodes wait only a moment before they take this
                // node for dead.
                if (!session.Lose())
                    await PauseAsync().ConfigureAwait(false);
            }
            catch (Exception failure)
            {
                session.Lose();
                database.Notices.Failed(
                    "This node receives no notifications from other nodes. It learns of their changes later, with heartbeats.", failure);
                await PauseAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task HoldAsync(NpgsqlConnection connection)
    {
        for (var pause = HoldAgain; !await session.TryHoldAsync(connection, database.Closing).ConfigureAwait(false); pause = pause * 2 < HoldAgainAtMost ? pause * 2 : HoldAgainAtMost)
            await Task.Delay(pause, time, database.Closing).ConfigureAwait(false);
    }

    private void OnNotification(object sender, NpgsqlNotificationEventArgs told) => heard(told.Payload);

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
