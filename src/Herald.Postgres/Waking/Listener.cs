using Herald.Postgres.Connecting;
using Npgsql;

namespace Herald.Postgres.Waking;

/// <summary>Hears what other nodes tell, on a connection of its own; a broken one is opened again. Hints that were lost meanwhile come with the next heartbeat.</summary>
internal sealed class Listener(Database database, string channel, TimeProvider time, Action<string> heard)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

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
                while (true)
                    await connection.WaitAsync(database.Closing).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is OperationCanceledException || Failures.IsUnavailable(failure))
            {
                await PauseAsync().ConfigureAwait(false);
            }
        }
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
