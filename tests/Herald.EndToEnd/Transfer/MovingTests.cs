using Herald.Lab.Receivers;
using Herald.TestKit.Databases;
using Xunit;

namespace Herald.EndToEnd.Transfer;

public sealed class MovingTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>
    /// Twice, the server is stopped in the middle of its work, its store is exported and imported, and it starts on the other kind of
    /// store.
    /// </summary>
    [Fact]
    public async Task A_server_goes_on_in_PostgreSQL_where_it_stopped_on_the_disk_and_back()
    {
        var folder = Directory.CreateTempSubdirectory("herald-test-");
        try
        {
            var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync("moved");
            string[] postgres = ["--store", "postgres", "--connection", database, "--lease", "2s"];
            string[] back = ["--data", Path.Combine(folder.FullName, "back")];
            await using var rig = await OrdersRig.StartAsync(
                50, seed: 4, Cancel, ("healthy", new Conduct.Healthy()), ("slow", new Conduct.Slow(TimeSpan.FromMilliseconds(50))), ("flaky", new Conduct.Flaky(0.3)));
            await rig.Load.RunAsync(rate: 100_000, TimeSpan.MaxValue, most: 3000, Cancel);
            foreach (var (name, store) in ((string, string[])[])[("there", postgres), ("again", back)])
            {
                var delivered = rig.Receivers.Sum(receiver => receiver.Webhooks.Attempts);
                Assert.True(rig.Ledger.Judge().Lost > 0, "All of it was delivered before it could be moved.");
                var file = Path.Combine(folder.FullName, name);
                await rig.StopAsync(Cancel);
                await RunAsync(["export", file, .. rig.Store]);
                await RunAsync(["import", file, .. store]);
                rig.Store = store;
                await rig.RestartAsync(Cancel);
                await rig.Load.RunAsync(rate: 100_000, TimeSpan.MaxValue, most: 1500, Cancel);
                await Wait.UntilAsync(
                    () => rig.Receivers.Sum(receiver => receiver.Webhooks.Attempts) > delivered, TimeSpan.FromSeconds(30), () => $"Nothing more was sent.\n{rig.Server.LastOutput}", Cancel);
            }
            await rig.UntilDeliveredAsync(TimeSpan.FromSeconds(90), Cancel);
            rig.AssertSound();
            Assert.Equal(6000, rig.Ledger.AcceptedCount);
            // The stops were clean: all deliveries that had arrived were saved as settled, and were moved as such.
            Assert.Equal(0, rig.Ledger.Judge().Duplicates);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task RunAsync(string[] arguments)
    {
        var run = await HeraldRun.OfAsync(
            start =>
            {
                // The settings of the user who runs the tests must not apply.
                foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("HERALD_", StringComparison.Ordinal)).ToList())
                    start.Environment.Remove(name);
            },
            null, Cancel, arguments);
        Assert.True(run.Code == 0, $"{arguments[0]}: {run.Code}\n{run.Out}{run.Error}");
    }
}
