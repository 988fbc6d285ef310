using Herald.Client;
using Herald.Lab.Clusters;
using Herald.Lab.Notifications;
using Herald.Lab.Processes;
using Herald.TestKit.Databases;
using Herald.TestKit.Kafka;
using Xunit;

namespace Herald.EndToEnd.Notifications;

/// <summary>
/// 100 notifications are posted five times each at once, through ten connections, while the server is killed. Each provider must see each of
/// its notifications; a person gets each once, after the provider has dropped repeats; and each status becomes PROCESSED.
/// </summary>
public sealed class KilledTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Uuids = 100, LongestRoundMs = 400, LongestStartMs = 1500;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private static readonly string[] Destinations =
        [MessageProviders.Mail, MessageProviders.TextMessage, MessageProviders.Chat, MessageProviders.Push];

    private readonly Random _random = new(Length.Seed);
    private MessageProviders _providers = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static int Rounds => Length.RoundsOf(few: 2, many: 50);

    public async ValueTask InitializeAsync()
    {
        output.WriteLine($"seed {Length.Seed}");
        _providers = await MessageProviders.StartAsync(TimeProvider.System, Cancel);
    }

    public ValueTask DisposeAsync() => _providers.DisposeAsync();

    [Fact]
    public Task Of_a_server_on_its_own_journal_that_is_killed_nobody_misses_or_doubles_anything() => KillOneAsync("--config", _providers.SettingsFile);

    [Fact]
    public async Task Of_a_server_on_PostgreSQL_that_is_killed_nobody_misses_or_doubles_anything()
    {
        var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync("notifications");
        await KillOneAsync("--config", _providers.SettingsFile, "--store", "postgres", "--connection", database, "--lease", "2s");
    }

    [Fact]
    public async Task Of_a_server_with_Kafka_in_front_that_is_killed_nobody_misses_or_doubles_anything()
    {
        var kafka = await KafkaBroker.SharedAsync();
        var topic = await kafka.CreateTopicAsync("received");
        var load = await KillOneAsync(
            "--config", _providers.SettingsFile, "--front", "kafka", "--kafka", kafka.Servers, "--set", $"notifications.kafkaReceived={topic}",
            "--set", $"kafka.group=group-of-{topic}");
        // The door asks no store, so each valid post is new to it.
        Assert.Equal([201], load.Answers.Keys);
    }

    [Fact]
    public async Task Of_three_nodes_one_is_killed_in_each_round_and_nobody_misses_or_doubles_anything()
    {
        var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync("notifications");
        await using var cluster = await LocalCluster.StartAsync(
            ServerProcess.Notifications, 3, database, TimeProvider.System, Cancel, "--lease", "2s", "--config", _providers.SettingsFile);
        var load = new PostLoad(_providers, cluster.NextClient);
        for (var round = 0; round < Rounds; round++)
        {
            var uuids = PostLoad.Draw(Uuids, Destinations);
            var posting = load.RunAsync(uuids, _random, Cancel);
            await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(LongestRoundMs)), TimeProvider.System, Cancel);
            var victim = cluster.Nodes[_random.Next(cluster.Nodes.Count)];
            await victim.KillAsync();
            await posting;
            await JudgeAsync(uuids, 1, cluster.NextClient, () => string.Join('\n', cluster.Nodes.Select(node => node.Process.LastOutput)));
            await victim.StartAsync(Cancel);
            Assert.DoesNotContain(cluster.Nodes, node => node.HasFailed);
        }
        Tell(load, Rounds);
    }

    [Fact]
    public async Task A_provider_that_is_down_delays_its_own_notifications_only_and_gets_them_when_it_is_back()
    {
        await using var herald = await OwnHerald.StartAsync(ServerProcess.Notifications, Cancel, "--config", _providers.SettingsFile);
        var load = new PostLoad(_providers, () => herald.Client);
        foreach (var down in Destinations)
        {
            _providers.GoDown(down);
            var uuids = PostLoad.Draw(Uuids, Destinations);
            await load.RunAsync(uuids, _random, Cancel);
            var others = uuids.Where(one => one.Value != down).ToDictionary();
            await JudgeAsync(others, 0, () => herald.Client, () => herald.Server.LastOutput);
            Assert.All(uuids.Where(one => one.Value == down), one => Assert.False(_providers.Of(down).Has(one.Key)));
            _providers.ComeBack(down);
            await JudgeAsync(uuids, 0, () => herald.Client, () => herald.Server.LastOutput);
        }
        Tell(load, 0);
    }

    private async Task<PostLoad> KillOneAsync(params string[] settings)
    {
        await using var herald = await OwnHerald.StartAsync(ServerProcess.Notifications, Cancel, settings);
        var load = new PostLoad(_providers, () => herald.Client);
        // Without a kill, each notification is one request.
        var calm = PostLoad.Draw(Uuids, Destinations);
        await load.RunAsync(calm, _random, Cancel);
        await JudgeAsync(calm, 0, () => herald.Client, Told);
        var kills = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var (before, uuids) = (kills, PostLoad.Draw(Uuids, Destinations));
            var posting = load.RunAsync(uuids, _random, Cancel);
            // The instant is random, so that it can hit any step.
            await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(LongestRoundMs)), TimeProvider.System, Cancel);
            await herald.Server.KillAsync();
            kills++;
            if (_random.Next(3) == 0)
            {
                await herald.KillWhileStartingAsync(TimeSpan.FromMilliseconds(_random.Next(LongestStartMs)), Cancel);
                kills++;
            }
            await herald.RestartAsync(Cancel);
            await posting;
            await JudgeAsync(uuids, kills - before, () => herald.Client, Told);
        }
        Tell(load, kills);
        return load;

        string Told() => $"{herald.Server.LastOutput}\n{herald.Counts()}";
    }

    /// <summary>Waits until each notification is PROCESSED, and judges what the providers have seen of it.</summary>
    private async Task JudgeAsync(IReadOnlyDictionary<Guid, string> uuids, int kills, Func<HeraldClient> client, Func<string> told)
    {
        var began = TimeProvider.System.GetTimestamp();
        foreach (var uuid in uuids.Keys)
        {
            string? last = null;
            while (await StatusAsync(client(), uuid) is var now && (last = now) != "PROCESSED")
            {
                Assert.True(TimeProvider.System.GetElapsedTime(began) < Patience, $"{uuid} for {uuids[uuid]} is {last} after {Patience}.\n{told()}");
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancel);
            }
        }
        foreach (var (uuid, destination) in uuids)
            Assert.InRange(_providers.Of(destination).RequestsOf(uuid), 1, 1 + kills);
        foreach (var one in _providers.All)
        {
            Assert.Equal(one.Notifications, one.Effects);
            Assert.All(uuids.Where(other => other.Value != one.Destination), other => Assert.False(one.Has(other.Key)));
        }
    }

    private static async Task<string?> StatusAsync(HeraldClient client, Guid uuid)
    {
        try
        {
            return (await client.Notifications.GetAsync(uuid, Cancel)).Value?.Status;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private void Tell(PostLoad load, int kills) => output.WriteLine(
        $"{kills} kills, {load.Posts:N0} posts: {string.Join(", ", load.Answers.OrderBy(one => one.Key).Select(one => $"{one.Value:N0} × {one.Key}"))}; "
        + $"{_providers.All.Sum(one => one.Notifications):N0} notifications, {_providers.All.Sum(one => one.Requests):N0} requests, "
        + $"{_providers.All.Sum(one => one.Effects):N0} effects.");
}
