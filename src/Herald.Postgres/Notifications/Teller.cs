using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Postgres.Connections;

namespace Herald.Postgres.Notifications;

/// <summary>
/// Notifies other nodes of changes, outside of the transactions that made them, because NOTIFY makes commits wait for each other. What
/// comes up during a call goes with the next one.
/// </summary>
internal sealed class Teller(Database database, string channel)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<int, long> _heads = [];
    private long _catalog;
    private bool _owners, _isRunning;

    public void Head(ShardId shard, long head)
    {
        lock (_gate)
        {
            _heads[shard.Value] = head;
            Start_NeedsLock();
        }
    }

    public void Catalog(long version)
    {
        lock (_gate)
        {
            _catalog = version;
            Start_NeedsLock();
        }
    }

    public void Owners()
    {
        lock (_gate)
        {
            _owners = true;
            Start_NeedsLock();
        }
    }

    private void Start_NeedsLock()
    {
        if (_isRunning)
            return;
        _isRunning = true;
        _ = Task.Run(RunAsync);
    }

    private async Task RunAsync()
    {
        while (Take() is { Count: > 0 } messages)
        {
            try
            {
                await database.RunAsync(
                    async (connection, cancel) =>
                    {
                        foreach (var message in messages)
                        {
                            await using var command = connection.Command(Dialect.NotifySql, Commands.Value(channel), Commands.Value(message));
                            await command.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
                        }
                    },
                    CancellationToken.None).ConfigureAwait(false);
            }
            catch (StoreUnavailableException)
            {
                // A lost hint: the receivers learn the same with their next heartbeat.
            }
            catch (Exception failure)
            {
                database.Notices.Failed("Other nodes could not be told; they hear of it with their next heartbeat.", failure);
            }
        }
    }

    private List<string> Take()
    {
        var messages = new List<string>();
        lock (_gate)
        {
            messages.AddRange(_heads.Select(h => (h.Key, h.Value)).Chunk(Message.MostHeads).Select(Message.Heads));
            if (_catalog > 0)
                messages.Add(Message.Catalog(_catalog));
            if (_owners)
                messages.Add(Message.Owners);
            _heads.Clear();
            (_catalog, _owners) = (0, false);
            _isRunning = messages.Count > 0;
        }
        return messages;
    }
}
