using Herald.Engine.Events;
using Herald.Postgres.Connections;
using Herald.Postgres.Notifications;
using Npgsql;
using Xunit;

namespace Herald.Postgres.Tests.Notifications;

public sealed class NotifierTests : IAsyncLifetime
{
    private readonly PostgresHarness _harness = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _harness.StartAsync();

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Fact]
    public async Task Other_nodes_hear_the_newest_of_everything_however_fast_it_changes()
    {
        var heard = new List<string>();
        await using var listener = new NpgsqlConnection(_harness.Options.Connection);
        await listener.OpenAsync(Cancel);
        listener.Notification += (_, told) => heard.Add(told.Payload);
        await using (var listen = new NpgsqlCommand("listen changes", listener))
            await listen.ExecuteNonQueryAsync(Cancel);
        await using var database = new Database(_harness.Options, _harness.Clock);
        await using (var notifier = new Notifier(database, "changes"))
        {
            for (var head = 1; head <= 10_000; head++)
            {
                notifier.Head(new ShardId(3), head);
                Assert.InRange(notifier.Waiting, 0, 1);
            }
            notifier.Head(new ShardId(0), 5);
            notifier.Catalog(6);
            notifier.Catalog(7);
            notifier.Owners();
        }
        while (!heard.Contains(Message.Owners))
            await listener.WaitAsync(Cancel);

        var (heads, versions, owners) = (new List<(int Shard, long Head)>(), new List<long>(), 0);
        foreach (var message in heard)
            Message.Read(message, (shard, head) => heads.Add((shard.Value, head)), versions.Add, () => owners++);
        var ofThree = heads.Where(one => one.Shard == 3).Select(one => one.Head).ToList();
        Assert.Equal(ofThree.Distinct().Order(), ofThree);
        Assert.Equal(10_000, ofThree[^1]);
        Assert.Equal((0, 5L), Assert.Single(heads, one => one.Shard == 0));
        Assert.Equal(7, versions[^1]);
        Assert.Equal(1, owners);
    }
}
