using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Postgres.Connections;

namespace Herald.Postgres.Notifications;

/// <summary>
/// Notifies other nodes of changes, outside of the transactions that made them, because NOTIFY makes commits wait for each other. What
/// comes up during a call goes with the next one.
/// </summary>
/// <remarks>
/// The items are the shards, the catalog and the owners. Each waits once at most, with its newest number, so no more items wait than these.
/// </remarks>
internal sealed class Notifier(Database database, string channel) : GroupLoop<int>(int.MaxValue, long.MaxValue)
{
    // The items that are no shards.
    private const int CatalogItem = -1, OwnersItem = -2;

    private readonly Lock _gate = new();
    private readonly Dictionary<int, long> _newest = [];

    public void Head(ShardId shard, long head) => Changed(shard.Value, head);

    public void Catalog(long version) => Changed(CatalogItem, version);

    public void Owners() => Changed(OwnersItem, 0);

    protected override long SizeOf(int item) => 0;

    protected override Task RunAsync(List<int> group)
    {
        var messages = Take(group);
        return database.RunAsync(
            async (connection, cancel) =>
            {
                foreach (var message in messages)
                {
                    await using var command = connection.Command(Dialect.NotifySql, Commands.Value(channel), Commands.Value(message));
                    await command.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
                }
            },
            CancellationToken.None);
    }

    protected override Task FailAsync(List<int> group, Exception failure)
    {
        // A lost hint: the receivers learn the same with their next heartbeat.
        if (failure is not StoreUnavailableException)
            database.Notices.Failed("Other nodes could not be notified of a change. They learn of it with their next heartbeat.", failure);
        return Task.CompletedTask;
    }

    private void Changed(int item, long number)
    {
        lock (_gate)
        {
            var waits = _newest.ContainsKey(item);
            _newest[item] = number;
            if (waits)
                return;
        }
        Add(item);
    }

    private List<string> Take(List<int> group)
    {
        var (heads, others) = (new List<(int Shard, long Head)>(), new List<string>());
        lock (_gate)
        {
            foreach (var item in group)
            {
                _newest.Remove(item, out var number);
                if (item >= 0)
                    heads.Add((item, number));
                else
                    others.Add(item == CatalogItem ? Message.Catalog(number) : Message.Owners);
            }
        }
        return [.. heads.Chunk(Message.MostHeads).Select(Message.Heads), .. others];
    }
}
