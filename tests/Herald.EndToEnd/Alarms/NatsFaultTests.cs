using Herald.Lab.Processes;
using Herald.TestKit.Nats;
using Xunit;

namespace Herald.EndToEnd.Alarms;

/// <summary>Faults of NATS servers while users publish alarm changes; and a NATS server without streams.</summary>
public sealed class NatsFaultTests(ITestOutputHelper output)
{
    private const int LongestAwayMs = 500, DigestsBetween = 100, Servers = 3, Unkept = 500;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly int Kills = Length.IsLong ? 25 : 3, LeaderKills = Length.IsLong ? 12 : 2;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_with_streams_is_killed_and_comes_back_and_nothing_is_missing()
    {
        var random = Seeded(out var seed);
        await using var nats = await NatsServer.StartAsync();
        OwnHerald? herald = null;
        await using var traffic = await AlarmsTraffic.PrepareAsync(nats.Url, 1, seed, () => Told(herald, [nats]), Cancel);
        await using (herald = await OwnHerald.StartAsync(ServerProcess.Alarms, Cancel, "--nats", nats.Url))
        {
            traffic.Begin(Cancel);
            for (var kill = 0; kill < Kills; kill++)
            {
                await traffic.ProgressAsync(DigestsBetween, Cancel);
                await nats.KillAsync();
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(LongestAwayMs)), TimeProvider.System, Cancel);
                await nats.StartAgainAsync();
            }
            await traffic.ProgressAsync(DigestsBetween, Cancel);
            await traffic.FinishAsync(Cancel);
            output.WriteLine($"{Kills} kills: {traffic.Story()}");
        }
    }

    [Fact]
    public async Task Of_three_servers_the_one_that_leads_a_stream_is_killed_and_nothing_is_missing()
    {
        Seeded(out var seed);
        var servers = await NatsServer.StartClusterAsync(Servers);
        try
        {
            var url = string.Join(',', servers.Select(server => server.Url));
            OwnHerald? herald = null;
            await using var traffic = await AlarmsTraffic.PrepareAsync(url, Servers, seed, () => Told(herald, servers), Cancel);
            await using (herald = await OwnHerald.StartAsync(ServerProcess.Alarms, Cancel, "--nats", url))
            {
                traffic.Begin(Cancel);
                for (var kill = 0; kill < LeaderKills; kill++)
                {
                    await traffic.ProgressAsync(DigestsBetween, Cancel);
                    var leader = await LeaderAsync(traffic, servers, kill % 2 == 0 ? AlarmStreams.Incoming : AlarmStreams.Digests);
                    await leader.KillAsync();
                    await traffic.ProgressAsync(DigestsBetween, Cancel);
                    await leader.StartAgainAsync();
                    // Only one server is down at a time.
                    await UntilAsync(async () => await AlarmStreams.IsWholeAsync(traffic.Connection, AlarmStreams.Incoming, Cancel), "all servers have what came in");
                    await UntilAsync(async () => await AlarmStreams.IsWholeAsync(traffic.Connection, AlarmStreams.Digests, Cancel), "all servers have the digests");
                }
                await traffic.ProgressAsync(DigestsBetween, Cancel);
                await traffic.FinishAsync(Cancel);
                output.WriteLine($"{LeaderKills} kills: {traffic.Story()}");
            }
        }
        finally
        {
            foreach (var server in servers)
                await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task Without_streams_every_digest_comes_once()
    {
        Seeded(out var seed);
        await using var nats = await NatsServer.StartAsync(jetStream: false);
        await using var herald = await OwnHerald.StartAsync(ServerProcess.Alarms, Cancel, "--nats", nats.Url, "--no-stream");
        await using var traffic = await AlarmsTraffic.PrepareAsync(nats.Url, 0, seed, () => Told(herald, [nats]), Cancel);
        traffic.Begin(Cancel);
        await traffic.ProgressAsync(Unkept, Cancel);
        await traffic.FinishAsync(Cancel);
        output.WriteLine(traffic.Story());
    }

    private static async Task<NatsServer> LeaderAsync(AlarmsTraffic traffic, IReadOnlyList<NatsServer> servers, string stream)
    {
        NatsServer? leader = null;
        await UntilAsync(
            async () =>
            {
                var name = await AlarmStreams.LeaderAsync(traffic.Connection, stream, Cancel);
                leader = servers.FirstOrDefault(server => server.Name == name);
                return leader is not null;
            },
            $"somebody leads {stream}");
        return leader!;
    }

    private static async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Patience, $"Not so after {Patience}: {what}.");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Cancel);
        }
    }

    private Random Seeded(out int seed)
    {
        seed = Length.Seed;
        output.WriteLine($"seed {seed}");
        return new Random(seed);
    }

    private static string Told(OwnHerald? herald, IReadOnlyList<NatsServer> servers) =>
        $"{herald?.Counts()}\n{herald?.Server.LastOutput}\n{string.Join('\n', servers.Select(server => $"== {server.Name}\n{string.Join('\n', server.Log.Split('\n').TakeLast(20))}"))}";
}
