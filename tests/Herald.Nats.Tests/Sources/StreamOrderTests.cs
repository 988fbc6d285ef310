using System.Text.Json;
using Herald.Contracts.Sources;
using Herald.Engine.Stores;
using Herald.Nats.Clusters;
using Herald.Nats.Sources;
using Herald.Nats.Tests.Clusters;
using Herald.TestKit.Nats;
using Herald.TestKit.Time;

namespace Herald.Nats.Tests.Sources;

/// <summary>Events of a key are accepted in the order of the stream, each once and none missing, whatever happens in between.</summary>
public sealed class StreamOrderTests
{
    private const int Count = 5_000;

    private static CancellationToken End => TestConnection.End;

    [Fact]
    public async Task After_stops_in_the_middle_the_order_stays()
    {
        var server = await NatsServer.SharedAsync();
        await using var node = await SourceNode.StartAsync();
        await using var connection = await TestConnection.OpenAsync(server.Url);
        await Traffic.FillAsync(connection, "ord-stop", Count);

        var starts = 0;
        for (var accepted = 0; accepted < Count; starts++)
        {
            await using var source = await node.ReadAsync(server, "ord-stop.*", "ord-stop");
            await Until.HoldsAsync(() => source.Totals.Accepted > 0, "it reads");
            await source.DisposeAsync();
            accepted += source.Totals.Accepted;
        }

        Assert.True(starts > 1, "It was never stopped in the middle.");
        await node.ReceivesAsync(Count);
        Traffic.AssertInOrder(node.Receiver, "ord-stop", Count);
    }

    [Fact]
    public async Task After_kills_in_the_middle_what_is_read_again_is_recognised()
    {
        var server = await NatsServer.SharedAsync();
        await using var node = await SourceNode.StartAsync();
        await using var connection = await TestConnection.OpenAsync(server.Url);
        await Traffic.FillAsync(connection, "ord-kill", Count);
        var options = NatsReading.Options("ord-kill", "ord-kill.*") with { Handover = TimeSpan.Zero };

        // What it has appended last is durable, and it never hears of it.
        for (var round = 0; round < 5; round++)
        {
            // Each round reads the messages of the rounds before again, and gets further.
            node.Log.MuteAfter((5 * round) + 3);
            await using var killed = await node.ReadAsync(NatsReading.Cluster(server), options);
            await Until.HoldsAsync(() => node.Log.Unanswered > round, "it waits for an answer");
            await killed.DisposeAsync();
            node.Log.MuteAfter(int.MaxValue);
        }
        await using var last = await node.ReadAsync(server, "ord-kill.*", "ord-kill");

        await node.ReceivesAsync(Count);
        await Until.HoldsAsync(() => last.Lag == 0, "all is durable");
        Assert.True(last.Totals.Duplicates > 0, "Nothing was read again.");
        Traffic.AssertInOrder(node.Receiver, "ord-kill", Count);
    }

    [Fact]
    public async Task Two_who_read_at_once_do_no_harm()
    {
        var server = await NatsServer.SharedAsync();
        await using var node = await SourceNode.StartAsync();
        await using var connection = await TestConnection.OpenAsync(server.Url);
        await using var first = await node.ReadAsync(server, "ord-both.*", "ord-both");
        await using var second = await node.ReadAsync(server, "ord-both.*", "ord-both");
        await Traffic.FillAsync(connection, "ord-both", Count);

        await node.ReceivesAsync(Count);
        await Until.HoldsAsync(() => first.Lag == 0 && second.Lag == 0, "both have read all");

        Assert.Equal((Count, Count), (first.Totals.Accepted + second.Totals.Accepted, first.Totals.Duplicates + second.Totals.Duplicates));
        Traffic.AssertInOrder(node.Receiver, "ord-both", Count);
    }

    [Fact]
    public async Task The_leader_changes_again_and_again_while_messages_come()
    {
        var server = await NatsServer.SharedAsync();
        await using var node = await SourceNode.StartAsync();
        await using var connection = await TestConnection.OpenAsync(server.Url);
        var leader = 0;
        var options = NatsReading.Options("ord-leader", "ord-leader.*");
        await using var first = await node.ReadAsync(NatsReading.Cluster(server), options, () => Volatile.Read(ref leader) == 0);
        await using var second = await node.ReadAsync(NatsReading.Cluster(server), options, () => Volatile.Read(ref leader) == 1);
        NatsSource[] both = [first, second];

        for (var round = 0; round < 6; round++)
        {
            await Until.HoldsAsync(() => both[leader].IsReading && !both[1 - leader].IsReading, "the leader reads");
            var before = both[leader].Totals.Accepted;
            await Traffic.PublishAsync(connection, "ord-leader", round * 300 + 1, round * 300 + 300);
            await Until.HoldsAsync(() => both[leader].Totals.Accepted > before, "it reads");
            Volatile.Write(ref leader, 1 - leader);
        }

        await node.ReceivesAsync(1_800);
        Traffic.AssertInOrder(node.Receiver, "ord-leader", 1_800);
        Assert.True(first.Totals.Accepted > 0 && second.Totals.Accepted > 0);
    }

    [Fact]
    public async Task The_leader_of_a_cluster_is_killed()
    {
        var servers = await NatsServer.StartClusterAsync();
        try
        {
            await using var node = await SourceNode.StartAsync();
            await using var connection = await TestConnection.OpenAsync(string.Join(',', servers.Select(s => s.Url)));
            await using var source = await node.ReadAsync(NatsReading.Cluster(servers), NatsReading.Options(NatsReading.Route("ord-three", "ord-three.*") with { Replicas = 3 }));
            await Traffic.PublishAsync(connection, "ord-three", 1, 500);
            await Until.HoldsAsync(() => source.Totals.Accepted > 0, "it reads");

            var info = await InfoAsync(connection, "ord-three");
            var leader = info.GetProperty("cluster").GetProperty("leader").GetString();
            await servers.Single(s => s.Name == leader).KillAsync();
            await Traffic.PublishAsync(connection, "ord-three", 501, 1_000);

            await node.ReceivesAsync(1_000);
            Traffic.AssertInOrder(node.Receiver, "ord-three", 1_000);
        }
        finally
        {
            foreach (var server in servers)
                await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_consumer_that_is_deleted_is_made_again_where_it_was()
    {
        var server = await NatsServer.SharedAsync();
        await using var node = await SourceNode.StartAsync();
        await using var source = await node.ReadAsync(server, "ord-deleted.*", "ord-deleted");
        await using var connection = await TestConnection.OpenAsync(server.Url);
        await Traffic.PublishAsync(connection, "ord-deleted", 1, 20);
        await Until.HoldsAsync(() => source.Totals.Accepted == 20, "it reads");

        var names = (await AskAsync(connection, "CONSUMER.NAMES.ord-deleted")).GetProperty("consumers");
        var only = Assert.Single(names.EnumerateArray()).GetString();
        Assert.StartsWith("herald-", only, StringComparison.Ordinal);
        await AskAsync(connection, $"CONSUMER.DELETE.ord-deleted.{only}");
        await Traffic.PublishAsync(connection, "ord-deleted", 21, 40);

        await node.ReceivesAsync(40);
        Traffic.AssertInOrder(node.Receiver, "ord-deleted", 40);
    }

    [Fact]
    public async Task A_stream_that_is_deleted_and_made_again_is_another_one()
    {
        var server = await NatsServer.SharedAsync();
        await using var node = await SourceNode.StartAsync();
        await using var source = await node.ReadAsync(server, "ord-again.*", "ord-again");
        await using var connection = await TestConnection.OpenAsync(server.Url);
        await Traffic.PublishAsync(connection, "ord-again", 1, 50);
        await Until.HoldsAsync(() => source.Totals.Accepted == 50, "it reads");

        await AskAsync(connection, "STREAM.DELETE.ord-again");
        // The source makes it again, or this does.
        await Until.HoldsAsync(async () =>
        {
            await Traffic.FillAsync(connection, "ord-again", 0);
            return true;
        }, "it is there");
        await Traffic.PublishAsync(connection, "ord-again", 51, 100);

        await node.ReceivesAsync(100);
        Traffic.AssertInOrder(node.Receiver, "ord-again", 100);
    }

    [Fact]
    public async Task A_stream_that_has_lost_messages_is_read_from_its_beginning_and_what_comes_again_is_recognised()
    {
        var server = await NatsServer.SharedAsync();
        await using var node = await SourceNode.StartAsync();
        await using var connection = await TestConnection.OpenAsync(server.Url);
        await using (var source = await node.ReadAsync(server, "ord-lost.*", "ord-lost"))
        {
            await Traffic.PublishAsync(connection, "ord-lost", 1, 30);
            await Until.HoldsAsync(() => source.Totals.Accepted == 30, "it reads");
        }
        // As if 70 more had been read, and then been lost.
        var created = (await InfoAsync(connection, "ord-lost")).GetProperty("created").GetString();
        var name = $"nats/main/ord-lost@{created}/herald";
        Assert.Equal(31, await node.Store.ReadSourcePositionAsync(name, End));
        await node.Store.SaveSourcePositionAsync(new SourcePosition(name, 101), End);
        await Traffic.PublishAsync(connection, "ord-lost", 31, 60);

        await using (var source = await node.ReadAsync(server, "ord-lost.*", "ord-lost"))
            await Until.HoldsAsync(() => source.Totals is { Accepted: 30, Duplicates: 30 }, "it reads all of it");
        await Traffic.PublishAsync(connection, "ord-lost", 61, 120);
        await using var again = await node.ReadAsync(server, "ord-lost.*", "ord-lost");

        await node.ReceivesAsync(120);
        Traffic.AssertInOrder(node.Receiver, "ord-lost", 120);
    }

    [Fact]
    public async Task What_comes_in_the_place_of_messages_that_a_stream_has_lost_is_read()
    {
        var server = await NatsServer.SharedAsync();
        await using var node = await SourceNode.StartAsync();
        await using var connection = await TestConnection.OpenAsync(server.Url);
        await using (var source = await node.ReadAsync(server, "ord-placed.*", "ord-placed"))
        {
            await Traffic.PublishAsync(connection, "ord-placed", 1, 30);
            await Until.HoldsAsync(() => source.Totals.Accepted == 30, "it reads");
        }
        // As if 70 more had been read and been lost, and as many others had come before anybody looks.
        var created = (await InfoAsync(connection, "ord-placed")).GetProperty("created").GetString();
        await node.Store.SaveSourcePositionAsync(new SourcePosition($"nats/main/ord-placed@{created}/herald", 101), End);
        await Traffic.PublishAsync(connection, "ord-placed", 31, 120);

        await using var again = await node.ReadAsync(server, "ord-placed.*", "ord-placed");
        await node.ReceivesAsync(120);
        Traffic.AssertInOrder(node.Receiver, "ord-placed", 120);
    }

    private static Task<JsonElement> InfoAsync(ClusterConnection connection, string stream) => AskAsync(connection, $"STREAM.INFO.{stream}");

    private static async Task<JsonElement> AskAsync(ClusterConnection connection, string what)
    {
        var answer = await connection.RequestAsync(new($"$JS.API.{what}", default), TimeSpan.FromSeconds(10), End);
        var read = JsonElement.Parse(answer);
        Assert.False(read.TryGetProperty("error", out var error), error.ToString());
        return read;
    }
}
