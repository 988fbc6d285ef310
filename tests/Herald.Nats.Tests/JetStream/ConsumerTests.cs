using System.Text;
using Herald.Nats.JetStream;
using Herald.Nats.Tests.Connecting;
using Herald.Nats.Wire;
using Herald.TestKit.Nats;
using Herald.TestKit.Time;

namespace Herald.Nats.Tests.JetStream;

public sealed class ConsumerTests
{
    private static CancellationToken End => TestConnection.End;

    [Fact]
    public async Task A_pull_brings_what_is_there_in_order_and_waits_for_the_rest()
    {
        await using var stream = await TestStream.OpenAsync("pulled");
        await stream.PublishNumberedAsync(1, 30);
        var fetching = stream.FetchAsync(50);
        await stream.PublishNumberedAsync(31, 50);

        var messages = await fetching;

        Assert.Equal(Enumerable.Range(1, 50).Select(i => $"{i}"), messages.Select(TestStream.Text));
        Assert.Equal(Enumerable.Range(1, 50).Select(i => (long)i), messages.Select(m => m.Place.Sequence));
        Assert.All(messages, m => Assert.Equal(("pulled.a", 1L), (m.Subject, m.Place.Deliveries)));
    }

    [Fact]
    public async Task A_pull_ends_when_its_time_is_up_with_what_has_come()
    {
        await using var stream = await TestStream.OpenAsync("ended");
        await stream.PublishNumberedAsync(1, 3);
        Assert.Equal(["1", "2", "3"], (await stream.FetchAsync(10, TimeSpan.FromSeconds(1))).Select(TestStream.Text));
    }

    [Fact]
    public async Task A_pull_lives_longer_than_the_silence_between_messages()
    {
        await using var stream = await TestStream.OpenAsync("patient");
        // Heartbeats come every 500 ms, and three that are missing would end it. What is tested is that time goes by.
        var fetching = FetchAsync();
        await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System, End);
        Assert.False(fetching.IsCompleted);
        await stream.PublishAsync("late");
        Assert.Equal("late", TestStream.Text(Assert.Single(await fetching)));

        async Task<List<StreamMessage>> FetchAsync()
        {
            var all = new List<StreamMessage>();
            var bounds = new PullBounds { Messages = 1, Expires = TimeSpan.FromSeconds(30), Heartbeat = TimeSpan.FromMilliseconds(500) };
            await foreach (var message in stream.Client.Pull("patient", "reader").FetchAsync(bounds, TimeProvider.System, End))
                all.Add(message);
            return all;
        }
    }

    [Fact]
    public async Task What_is_acknowledged_does_not_come_again_and_what_is_not_does()
    {
        await using var stream = await TestStream.OpenAsync("again", consumer: new("again", "reader") { AckWait = TimeSpan.FromMilliseconds(300) });
        await stream.PublishNumberedAsync(1, 4);
        var first = await stream.FetchAsync(4);
        await first[0].AckAsync(End);
        await first[1].AckConfirmedAsync(TimeSpan.FromSeconds(10), End);
        await first[2].TerminateAsync(End);

        var second = await stream.FetchOneAsync();

        Assert.Equal(("4", 2L), (TestStream.Text(second), second.Place.Deliveries));
        await second.AckConfirmedAsync(TimeSpan.FromSeconds(10), End);
        Assert.True(await stream.IsQuietAsync());
    }

    [Fact]
    public async Task What_is_given_back_comes_at_once_or_after_its_delay()
    {
        await using var stream = await TestStream.OpenAsync("given-back", consumer: new("given-back", "reader") { AckWait = TimeSpan.FromMinutes(10) });
        await stream.PublishAsync("1");
        var first = await stream.FetchOneAsync();
        await first.NakAsync(TimeSpan.Zero, End);
        var second = await stream.FetchOneAsync();
        Assert.Equal(2, second.Place.Deliveries);

        var delay = TimeSpan.FromMilliseconds(600);
        var begun = TimeProvider.System.GetTimestamp();
        await second.NakAsync(delay, End);
        var third = await stream.FetchOneAsync();
        Assert.Equal(3, third.Place.Deliveries);
        Assert.InRange(TimeProvider.System.GetElapsedTime(begun), delay * 0.9, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Who_stops_reading_gives_back_what_has_come_besides()
    {
        await using var stream = await TestStream.OpenAsync("stopped", consumer: new("stopped", "reader") { AckWait = TimeSpan.FromMinutes(10) });
        await stream.PublishNumberedAsync(1, 20);
        await foreach (var message in stream.Client.Pull("stopped", "reader").FetchAsync(new PullBounds { Messages = 20 }, TimeProvider.System, End))
        {
            await message.AckAsync(End);
            if (TestStream.Text(message) == "5")
                break;
        }
        Assert.Equal(Enumerable.Range(6, 15).Select(i => $"{i}"), (await stream.FetchAsync(15)).Select(TestStream.Text));
    }

    [Fact]
    public async Task Who_says_that_it_takes_longer_is_waited_for()
    {
        var wait = TimeSpan.FromSeconds(2);
        await using var stream = await TestStream.OpenAsync("longer", consumer: new("longer", "reader") { AckWait = wait });
        await stream.PublishAsync("1");
        var message = await stream.FetchOneAsync();
        var begun = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(begun) < 3 * wait)
        {
            await message.ProgressAsync(End);
            Assert.True(await stream.IsQuietAsync());
        }
        await message.AckConfirmedAsync(TimeSpan.FromSeconds(10), End);
    }

    [Fact]
    public async Task No_more_is_delivered_than_may_be_without_acknowledgement()
    {
        await using var stream = await TestStream.OpenAsync("bounded", consumer: new("bounded", "reader") { MaxAckPending = 5 });
        await stream.PublishNumberedAsync(1, 10);
        var first = await stream.FetchAsync(10, TimeSpan.FromSeconds(1));
        Assert.Equal(5, first.Count);
        foreach (var message in first)
            await message.AckAsync(End);
        Assert.Equal(["6", "7", "8", "9", "10"], (await stream.FetchAsync(5)).Select(TestStream.Text));
    }

    [Fact]
    public async Task A_consumer_that_is_there_is_used_as_it_is_and_one_that_reads_something_else_is_told()
    {
        await using var stream = await TestStream.OpenAsync("bound", consumer: new("bound", "reader") { FilterSubject = "bound.a" });
        await stream.Client.EnsureConsumerAsync(new("bound", "reader") { FilterSubject = "bound.a", AckWait = TimeSpan.FromMinutes(1) }, End);
        var failure = await Assert.ThrowsAsync<NatsSetupException>(() => stream.Client.EnsureConsumerAsync(new("bound", "reader") { FilterSubject = "bound.b" }, End));
        Assert.Contains("it reads 'bound.a', not 'bound.b'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_consumer_that_is_not_there_is_told()
    {
        await using var stream = await TestStream.OpenAsync("missing");
        // The server says nothing at all to who asks for its messages.
        var failure = await Assert.ThrowsAnyAsync<NatsException>(async () =>
        {
            await foreach (var _ in stream.Client.Pull("missing", "nobody").FetchAsync(new PullBounds { Heartbeat = TimeSpan.FromMilliseconds(100) }, TimeProvider.System, End)) { }
        });
        Assert.Contains("'nobody'", failure.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<JetStreamException>(() => stream.Client.EnsureConsumerAsync(new("nowhere", "reader"), End));
    }

    [Fact]
    public async Task A_pull_whose_connection_breaks_fails_then()
    {
        await using var server = await NatsServer.StartAsync();
        await using var stream = await TestStream.OpenAsync("broken", server);
        var fetching = stream.FetchAsync(10, TimeSpan.FromMinutes(5));
        await stream.Connection.FlushAsync(End);
        await server.KillAsync();
        await Assert.ThrowsAsync<NatsUnavailableException>(() => fetching);
    }

    [Fact]
    public async Task In_a_cluster_nothing_that_was_taken_is_lost_with_a_server()
    {
        var servers = await NatsServer.StartClusterAsync();
        try
        {
            await using var connection = await TestConnection.OpenAsync(string.Join(',', servers.Select(s => s.Url)));
            var client = new JetStreamClient(connection, TimeSpan.FromSeconds(5));
            await Until.HoldsAsync(() => TestStream.WorksAsync(() => client.EnsureStreamAsync(new("three", ["three"]) { Replicas = 3 }, End)), "the stream is made");
            await Until.HoldsAsync(() => TestStream.WorksAsync(() => client.EnsureConsumerAsync(new("three", "reader"), End)), "the consumer is made");
            for (var i = 1; i <= 100; i++)
            {
                if (i == 50)
                    await servers[0].KillAsync();
                await Until.HoldsAsync(() => TestStream.WorksAsync(() => client.PublishAsync(Numbered(i), End)), $"{i} is taken");
            }

            var read = new HashSet<string>();
            await Until.HoldsAsync(async () => await TestStream.WorksAsync(async () =>
            {
                await foreach (var message in client.Pull("three", "reader").FetchAsync(new PullBounds { Messages = 100, Expires = TimeSpan.FromSeconds(2), Heartbeat = TimeSpan.FromMilliseconds(500) }, TimeProvider.System, End))
                {
                    read.Add(TestStream.Text(message));
                    await message.AckAsync(End);
                }
            }) && read.Count == 100, "all are read");
            Assert.Equal(100, read.Count);
        }
        finally
        {
            foreach (var server in servers)
                await server.DisposeAsync();
        }
    }

    private static OutgoingMessage Numbered(int i) => new("three", Encoding.UTF8.GetBytes($"{i}"))
    {
        Headers = new HeaderBlock().Add(Encoding.ASCII.GetBytes(JetStreamClient.MessageIdHeader), Encoding.UTF8.GetBytes($"id-{i}")).End(),
    };
}
