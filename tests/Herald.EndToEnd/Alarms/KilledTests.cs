using Herald.Lab.Clusters;
using Herald.Lab.Processes;
using Herald.TestKit.Databases;
using Herald.TestKit.Nats;
using Xunit;

namespace Herald.EndToEnd.Alarms;

/// <summary>
/// Herald is killed at random instants while users publish alarm changes. The digest stream must contain each digest once, in its user's
/// order, and no other.
/// </summary>
public sealed class KilledTests(ITestOutputHelper output)
{
    private const int LongestRoundMs = 400, LongestStartMs = 1500, DigestsBetween = 100, Shards = 64;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly int Kills = Length.IsLong ? 50 : 5, NodeKills = Length.IsLong ? 50 : 2;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Killed_at_any_moment_it_sends_every_digest_and_none_twice()
    {
        var seed = Length.Seed;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using var nats = await NatsServer.StartAsync();
        OwnHerald? herald = null;
        await using var traffic = await AlarmsTraffic.PrepareAsync(nats.Url, 1, seed, () => herald?.Server.LastOutput ?? "", Cancel);
        await using (herald = await OwnHerald.StartAsync(ServerProcess.Alarms, Cancel, "--nats", nats.Url))
        {
            traffic.Begin(Cancel);
            for (var kill = 0; kill < Kills; kill++)
            {
                // The instant is random, so that it can hit any step. Before it, the server has made progress since the last kill.
                await traffic.ProgressAsync(DigestsBetween, Cancel);
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(LongestRoundMs)), TimeProvider.System, Cancel);
                await herald.Server.KillAsync();
                if (random.Next(3) == 0)
                    await herald.KillWhileStartingAsync(TimeSpan.FromMilliseconds(random.Next(LongestStartMs)), Cancel);
                await herald.RestartAsync(Cancel);
            }
            await traffic.ProgressAsync(DigestsBetween, Cancel);
            await traffic.FinishAsync(Cancel);
            output.WriteLine($"{Kills} kills: {traffic.Story()}");
        }
    }

    [Fact]
    public async Task Of_two_nodes_one_after_the_other_is_killed_and_the_other_serves_its_users()
    {
        var seed = Length.Seed;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync("alarms");
        await using var nats = await NatsServer.StartAsync();
        LocalCluster? cluster = null;
        await using var traffic = await AlarmsTraffic.PrepareAsync(nats.Url, 1, seed, () => Told(cluster), Cancel);
        await using (cluster = await LocalCluster.StartAsync(ServerProcess.Alarms, 2, database, TimeProvider.System, Cancel, "--lease", "2s", "--nats", nats.Url))
        {
            traffic.Begin(Cancel);
            for (var kill = 0; kill < NodeKills; kill++)
            {
                var (victim, other) = (cluster.Nodes[kill % 2], cluster.Nodes[1 - (kill % 2)]);
                await UntilAsync(async () => await ShardsAsync(victim) > 0 && await ShardsAsync(other) > 0, "both nodes have users", cluster);
                await traffic.ProgressAsync(DigestsBetween, Cancel);
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(LongestRoundMs)), TimeProvider.System, Cancel);
                await victim.KillAsync();
                await UntilAsync(async () => await ShardsAsync(other) == Shards, "the other node has all users", cluster);
                await traffic.ProgressAsync(DigestsBetween, Cancel);
                await victim.StartAsync(Cancel);
                Assert.False(other.HasFailed, Told(cluster));
            }
            await traffic.FinishAsync(Cancel);
            output.WriteLine($"{NodeKills} kills: {traffic.Story()}");
        }
    }

    private static async Task<int> ShardsAsync(ClusterNode node) => await node.AskShardsAsync(Cancel) ?? 0;

    private static async Task UntilAsync(Func<Task<bool>> holds, string what, LocalCluster cluster)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Patience, $"Not so after {Patience}: {what}.\n{Told(cluster)}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancel);
        }
    }

    private static string Told(LocalCluster? cluster) => cluster is null ? "" :
        string.Join('\n', cluster.Nodes.Select(node => $"== {node.Name}, {(node.IsRunning ? "running" : "down")}\n{node.Process.LastOutput}"));
}
