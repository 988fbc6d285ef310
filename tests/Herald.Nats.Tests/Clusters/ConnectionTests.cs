using System.Text;
using Herald.Nats.Messages;
using Herald.TestKit.Nats;
using Herald.TestKit.Network;
using Herald.TestKit.Time;

namespace Herald.Nats.Tests.Clusters;

public sealed class ConnectionTests
{
    private static CancellationToken End => TestConnection.End;

    [Fact]
    public async Task A_message_arrives_as_it_was_sent()
    {
        var server = await NatsServer.SharedAsync();
        await using var connection = await TestConnection.OpenAsync(server.Url);
        await using var subscription = connection.Subscribe("whole.>");
        var payload = new byte[300_000];
        new Random(1).NextBytes(payload);

        await connection.PublishAsync(new("whole.ä", payload) { ReplyTo = "answers.here", Headers = HeadersOf("colour", "réd") }, End);
        await connection.PublishAsync(new("whole.empty", default), End);

        var message = (await subscription.ReadAsync(End))!;
        Assert.Equal(("whole.ä", "answers.here"), (message.Subject, message.ReplyTo));
        Assert.Equal(payload, message.Payload);
        Assert.True(message.Headers.TryFind("colour"u8, out var colour));
        Assert.Equal("réd", Encoding.UTF8.GetString(colour));
        var empty = (await subscription.ReadAsync(End))!;
        Assert.Equal(("whole.empty", null, true, 0), (empty.Subject, empty.ReplyTo, empty.Headers.IsEmpty, empty.Payload.Length));
    }

    [Fact]
    public async Task Messages_of_one_publisher_keep_their_order()
    {
        const int Count = 20_000;
        var server = await NatsServer.SharedAsync();
        await using var publisher = await TestConnection.OpenAsync(server.Url);
        await using var reader = await TestConnection.OpenAsync(server.Url);
        await using var subscription = reader.Subscribe("order.keeps");
        await reader.FlushAsync(End);

        for (var i = 0; i < Count; i++)
            await publisher.PublishAsync(new("order.keeps", BitConverter.GetBytes(i)), End);

        for (var i = 0; i < Count; i++)
            Assert.Equal(i, BitConverter.ToInt32((await subscription.ReadAsync(End))!.Payload.Span));
        Assert.Equal(0, subscription.Dropped);
    }

    [Fact]
    public async Task A_message_larger_than_the_server_takes_is_refused_and_costs_nothing_else()
    {
        await using var server = await NatsServer.StartAsync(jetStream: false, "max_payload: 10000");
        await using var connection = await TestConnection.OpenAsync(server.Url);
        await using var subscription = connection.Subscribe("large");

        await connection.PublishConfirmedAsync(new("large", new byte[10_000]), End);
        var refused = await Assert.ThrowsAsync<NatsRefusedException>(() => connection.PublishConfirmedAsync(new("large", new byte[10_001]), End));

        Assert.Contains("max_payload is 10000", refused.Message, StringComparison.Ordinal);
        Assert.Equal(10_000, (await subscription.ReadAsync(End))!.Payload.Length);
        Assert.Equal(1, connection.Links);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a 0\r\n\r\nPUB b")]
    public async Task What_is_no_subject_is_not_published(string subject)
    {
        var server = await NatsServer.SharedAsync();
        await using var connection = await TestConnection.OpenAsync(server.Url);
        await Assert.ThrowsAsync<ArgumentException>(() => connection.PublishAsync(new(subject, default), End).AsTask());
    }

    [Fact]
    public async Task After_a_kill_and_a_restart_everything_is_subscribed_again()
    {
        await using var server = await NatsServer.StartAsync(jetStream: false);
        await using var connection = await TestConnection.OpenAsync(server.Url);
        await using var kept = connection.Subscribe("kept.*");
        var left = connection.Subscribe("left");
        for (var round = 2; round < 5; round++)
        {
            await server.KillAsync();
            await Until.HoldsAsync(() => !connection.IsConnected, "it has noticed");
            await using var meanwhile = connection.Subscribe($"meanwhile.{round}");
            await left.DisposeAsync();
            await server.StartAgainAsync();
            await connection.WhenConnectedAsync(End);
            Assert.Equal(round, connection.Links);

            await connection.PublishAsync(new("left", default), End);
            await connection.PublishAsync(new("kept.1", BitConverter.GetBytes(round)), End);
            await connection.PublishAsync(new($"meanwhile.{round}", default), End);
            Assert.Equal(round, BitConverter.ToInt32((await kept.ReadAsync(End))!.Payload.Span));
            Assert.NotNull(await meanwhile.ReadAsync(End));
        }
        Assert.Null(await left.ReadAsync(End));
    }

    [Fact]
    public async Task A_connection_that_is_cut_without_a_word_is_noticed()
    {
        var server = await NatsServer.SharedAsync();
        await using var proxy = FaultProxy.To(server.Port);
        await using var connection = await TestConnection.OpenAsync(TestConnection.Options($"nats://127.0.0.1:{proxy.Port}") with { PingEvery = TimeSpan.FromMilliseconds(500) });

        proxy.BlackHole();
        var flush = connection.FlushAsync(End);
        var failure = await Assert.ThrowsAsync<NatsUnavailableException>(() => flush);
        Assert.Contains("has not answered", failure.Message, StringComparison.Ordinal);
        proxy.Heal();
        await Until.HoldsAsync(() => connection is { Links: >= 2, IsConnected: true }, "it is connected again");
        await connection.FlushAsync(End);
    }

    [Fact]
    public async Task A_connection_that_is_quiet_and_well_stays()
    {
        const int Pings = 6;
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new ScriptedServer(async (self, stream) =>
        {
            for (var pings = 1; ; pings++)
            {
                await self.HearAsync(stream, "PING\r\n");
                await ScriptedServer.SayAsync(stream, "PONG\r\n");
                if (pings == Pings)
                    answered.TrySetResult();
            }
        });
        await using var connection = await TestConnection.OpenAsync(TestConnection.Options(server.Url) with { PingEvery = TimeSpan.FromMilliseconds(500) });
        // More often than a silent server would be waited for.
        await answered.Task.WaitAsync(End);
        Assert.Equal((1, true), (connection.Links, connection.IsConnected));
    }

    [Fact]
    public async Task When_a_server_of_a_cluster_goes_another_one_is_found_that_nobody_had_named()
    {
        var servers = await NatsServer.StartClusterAsync();
        try
        {
            await using var connection = await TestConnection.OpenAsync(servers[0].Url);
            await using var subscription = connection.Subscribe("moved");

            await servers[0].KillAsync();
            await Until.HoldsAsync(() => connection is { Links: 2, IsConnected: true }, "it is connected again");

            await connection.PublishAsync(new("moved", default), End);
            Assert.NotNull(await subscription.ReadAsync(End));
        }
        finally
        {
            foreach (var server in servers)
                await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_server_that_stops_says_so_and_is_found_when_it_is_back()
    {
        await using var server = await NatsServer.StartAsync(jetStream: false);
        await using var connection = await TestConnection.OpenAsync(server.Url);

        await server.StopAsync();
        await Until.HoldsAsync(() => !connection.IsConnected, "it has noticed");
        await server.StartAgainAsync();
        await connection.WhenConnectedAsync(End);
        await connection.FlushAsync(End);
    }

    [Fact]
    public async Task It_is_connected_again_within_a_second_of_the_servers_return()
    {
        await using var server = await NatsServer.StartAsync(jetStream: false);
        await using var connection = await TestConnection.OpenAsync(server.Url);
        await server.KillAsync();
        await Until.HoldsAsync(() => !connection.IsConnected, "it has noticed");
        // The pauses between attempts grow meanwhile. What is tested is that time goes by.
        await Task.Delay(TimeSpan.FromSeconds(4), TimeProvider.System, End);

        await server.StartAgainAsync();
        var begun = TimeProvider.System.GetTimestamp();
        await connection.WhenConnectedAsync(End);
        await connection.FlushAsync(End);

        Assert.InRange(TimeProvider.System.GetElapsedTime(begun), TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_server_that_comes_later_is_found_within_a_second()
    {
        await using var server = await NatsServer.StartAsync(jetStream: false);
        await server.KillAsync();
        await using var connection = TestConnection.Begin(TestConnection.Options(server.Url));
        await Until.HoldsAsync(() => connection.Trouble?.Contains("127.0.0.1", StringComparison.Ordinal) == true, "it is told");

        await server.StartAgainAsync();
        var begun = TimeProvider.System.GetTimestamp();
        await connection.WhenConnectedAsync(End);

        Assert.InRange(TimeProvider.System.GetElapsedTime(begun), TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    private static NATS.Client.Core.NatsHeaders HeadersOf(string name, string value)
    {
        var headers = new NATS.Client.Core.NatsHeaders();
        Assert.True(headers.TryAdd(name, Encoding.UTF8.GetBytes(value)));
        return headers;
    }
}
