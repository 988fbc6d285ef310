using System.Text;
using System.Text.Json;
using Herald.Nats.Clusters;
using Herald.Nats.JetStream;
using Herald.Nats.Tests.Clusters;
using Herald.TestKit.Nats;
using Herald.TestKit.Time;

namespace Herald.Nats.Tests.JetStream;

public sealed class OrderedReaderTests
{
    private static CancellationToken End => TestConnection.End;

    [Fact]
    public async Task Many_small_pulls_bring_everything_in_order()
    {
        await using var stream = await TestStream.OpenAsync("ordered");
        await stream.PublishNumberedAsync(1, 500);
        await using var reader = await BeginAsync(stream, 1, messages: 10);

        var read = await ReadAsync(reader, 500);

        Assert.Equal(Enumerable.Range(1, 500).Select(i => (long)i), read.Select(r => r.Sequence));
        Assert.Equal(Enumerable.Range(1, 500).Select(i => $"{i}"), read.Select(r => r.Text));
    }

    [Fact]
    public async Task Messages_that_do_not_fit_into_a_pull_come_with_the_next()
    {
        await using var stream = await TestStream.OpenAsync("ordered-large");
        var large = new string('x', 300_000);
        for (var i = 0; i < 30; i++)
            await stream.PublishAsync(large);
        await using var reader = await BeginAsync(stream, 1, messages: 100);

        Assert.Equal(30, (await ReadAsync(reader, 30)).Count(r => r.Text == large));
    }

    [Fact]
    public async Task What_comes_later_comes_too()
    {
        await using var stream = await TestStream.OpenAsync("ordered-late");
        await using var reader = await BeginAsync(stream, 1, messages: 10);
        var reading = ReadAsync(reader, 25);
        await stream.PublishNumberedAsync(1, 25);
        Assert.Equal(25, (await reading).Count);
    }

    [Fact]
    public async Task It_begins_where_it_is_told_or_at_the_next_that_is_kept()
    {
        await using var stream = await TestStream.OpenAsync("ordered-from");
        await stream.PublishNumberedAsync(1, 20);
        await using (var reader = await BeginAsync(stream, 8, messages: 10))
            Assert.Equal(8, (await ReadAsync(reader, 1))[0].Sequence);

        await stream.Connection.RequestAsync(new("$JS.API.STREAM.PURGE.ordered-from", """{"seq":15}"""u8.ToArray()), TimeSpan.FromSeconds(10), End);
        await using var later = await BeginAsync(stream, 8, messages: 10);
        Assert.Equal(15, (await ReadAsync(later, 1))[0].Sequence);
    }

    [Fact]
    public async Task A_message_that_comes_a_second_time_ends_it()
    {
        await using var stream = await TestStream.OpenAsync("ordered-nak");
        await stream.PublishNumberedAsync(1, 5);
        await using var reader = await BeginAsync(stream, 1, messages: 10);
        var read = await ReadAsync(reader, 5);

        await stream.Connection.PublishAsync(new(read[2].Reply, "-NAK"u8.ToArray()), End);

        var failure = await Assert.ThrowsAsync<NatsGapException>(() => ReadAsync(reader, 1));
        Assert.Contains("message 3 as its 6th, after message 5 as its 5th", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_another_asks_its_consumer_for_is_a_gap()
    {
        await using var stream = await TestStream.OpenAsync("ordered-theft");
        await using var reader = await BeginAsync(stream, 1, messages: 10);
        var first = ReadAsync(reader, 1);
        await stream.PublishNumberedAsync(1, 1);
        await first;
        // Of the two who ask now, each is given some.
        await using var theft = stream.Connection.Subscribe("theft");
        await stream.Connection.PublishAsync(new($"$JS.API.CONSUMER.MSG.NEXT.ordered-theft.{reader.Consumer}", "20"u8.ToArray()) { ReplyTo = "theft" }, End);
        await stream.PublishNumberedAsync(2, 20);
        Assert.NotNull(await theft.ReadAsync(End));

        await Assert.ThrowsAsync<NatsGapException>(() => ReadAsync(reader, 19));
    }

    [Fact]
    public async Task A_consumer_that_is_deleted_ends_it()
    {
        await using var stream = await TestStream.OpenAsync("ordered-gone");
        await using var reader = await BeginAsync(stream, 1, messages: 10);
        var reading = ReadAsync(reader, 1);
        await stream.Client.DeleteConsumerAsync("ordered-gone", reader.Consumer, End);
        await Assert.ThrowsAsync<JetStreamException>(() => reading);
    }

    [Fact]
    public async Task A_connection_that_breaks_ends_it()
    {
        await using var server = await NatsServer.StartAsync();
        await using var stream = await TestStream.OpenAsync("ordered-broken", server);
        await using var reader = await BeginAsync(stream, 1, messages: 10);
        var reading = ReadAsync(reader, 1);
        await stream.Connection.FlushAsync(End);
        await server.KillAsync();
        await Assert.ThrowsAsync<NatsUnavailableException>(() => reading);
        await server.StartAgainAsync();
        await stream.Connection.WhenConnectedAsync(End);
        await Assert.ThrowsAsync<NatsUnavailableException>(() => ReadAsync(reader, 1));
    }

    [Fact]
    public async Task A_reader_is_patient_while_nothing_comes()
    {
        await using var stream = await TestStream.OpenAsync("ordered-patient");
        var bounds = new PullBounds { Messages = 10, Expires = TimeSpan.FromSeconds(30), Heartbeat = TimeSpan.FromMilliseconds(500) };
        await using var reader = await OrderedReader.BeginAsync(stream.Connection, stream.Client, stream.Name, "test", new([], 1), bounds, TimeProvider.System, End);
        var reading = ReadAsync(reader, 1);
        // Three heartbeats that are missing would end it. What is tested is that time goes by.
        await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System, End);
        Assert.False(reading.IsCompleted);
        await stream.PublishAsync("late");
        Assert.Equal("late", (await reading)[0].Text);
    }

    [Fact]
    public async Task Its_consumer_goes_with_it()
    {
        await using var stream = await TestStream.OpenAsync("ordered-left");
        var reader = await BeginAsync(stream, 1, messages: 10);
        Assert.Equal(0, await stream.Client.PendingAsync("ordered-left", reader.Consumer, End));
        await reader.DisposeAsync();
        Assert.Null(await stream.Client.PendingAsync("ordered-left", reader.Consumer, End));
    }

    [Fact]
    public async Task In_a_cluster_it_reads_from_the_server_that_leads_the_stream_and_ends_when_another_leads()
    {
        const string Name = "ordered-led";
        var servers = await NatsServer.StartClusterAsync();
        try
        {
            await using var connection = await TestConnection.OpenAsync(string.Join(',', servers.Select(server => server.Url)));
            var client = new JetStreamClient(connection, TimeSpan.FromSeconds(5));
            await Until.HoldsAsync(() => TestStream.WorksAsync(() => client.EnsureStreamAsync(new(Name, [Name]) { Replicas = servers.Count }, End)), "the stream is made");

            // By chance alone, one of three servers would have all of them once in 6,561 times.
            for (var i = 0; i < 8; i++)
            {
                await using var one = await OrderedReader.BeginAsync(connection, client, Name, "test", new([], 1), new PullBounds(), TimeProvider.System, End);
                Assert.Equal(await client.FindLeaderAsync(Name, End), await ServerOfAsync(connection, Name, one.Consumer));
                await one.CheckLeaderAsync(End);
                Assert.False(one.TryTake(out _, out _));
            }

            await using var reader = await OrderedReader.BeginAsync(connection, client, Name, "test", new([], 1), new PullBounds(), TimeProvider.System, End);
            var before = await client.FindLeaderAsync(Name, End);
            await connection.RequestAsync(new($"$JS.API.STREAM.LEADER.STEPDOWN.{Name}", default), TimeSpan.FromSeconds(5), End);
            await Until.HoldsAsync(async () => await TestStream.WorksAsync(() => client.FindLeaderAsync(Name, End)) && await client.FindLeaderAsync(Name, End) != before, "another leads");
            await reader.CheckLeaderAsync(End);
            var failure = await Assert.ThrowsAsync<NatsUnavailableException>(async () => await reader.WaitAsync(End));
            Assert.Contains($"and no longer by '{before}'", failure.Message, StringComparison.Ordinal);
        }
        finally
        {
            foreach (var server in servers)
                await server.DisposeAsync();
        }
    }

    private static async Task<string?> ServerOfAsync(ClusterConnection connection, string stream, string consumer)
    {
        var answer = await connection.RequestAsync(new($"$JS.API.CONSUMER.INFO.{stream}.{consumer}", default), TimeSpan.FromSeconds(5), End);
        using var info = JsonDocument.Parse(answer);
        return info.RootElement.GetProperty("cluster").GetProperty("leader").GetString();
    }

    private static Task<OrderedReader> BeginAsync(TestStream stream, long first, int messages) => stream.ReadAsync(first, messages);

    private static async Task<List<(long Sequence, string Text, string Reply)>> ReadAsync(OrderedReader reader, int count)
    {
        var read = new List<(long, string, string)>();
        while (read.Count < count)
        {
            await reader.WaitAsync(End);
            while (reader.TryTake(out var message, out var place))
                read.Add((place.Sequence, Encoding.UTF8.GetString(message!.Payload.Span), message.ReplyTo!));
        }
        return read;
    }
}
