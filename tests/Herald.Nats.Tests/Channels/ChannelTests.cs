using System.Text;
using Herald.Contracts.Channels;
using Herald.Engine.Channels;
using Herald.Nats.Channels;
using Herald.Nats.Clusters;
using Herald.Nats.JetStream;
using Herald.Nats.Messages;
using Herald.Nats.Tests.Clusters;
using Herald.TestKit.Nats;
using Herald.TestKit.Time;
using Microsoft.Extensions.Logging.Abstractions;

namespace Herald.Nats.Tests.Channels;

/// <summary>What becomes of attempts. The suite of all channels does not fit: its receiver takes a message and says that it has failed, which no server of NATS does.</summary>
public sealed class ChannelTests
{
    private static readonly string[] HeaderNames = ["herald-id", "Nats-Msg-Id", "herald-topic", "herald-event-id", "herald-sequence", "key", "type", "content-type", "traceparent"];

    private static CancellationToken End => TestConnection.End;

    [Fact]
    public async Task An_event_is_a_message_with_its_payload_and_headers_that_say_what_it_is()
    {
        var server = await NatsServer.SharedAsync();
        await using var connection = await TestConnection.OpenAsync(server.Url);
        await using var reader = connection.Subscribe("out.words");
        await connection.FlushAsync(End);
        await using var channel = await OpenAsync(server);
        var sketch = Sketch("out.words") with { Type = "paid", Trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", Sequence = 7, Payload = "ünchanged \0 bytes"u8.ToArray() };

        var result = await channel.TryAsync(sketch.ToAttempt(), End);

        Assert.Equal((AttemptOutcome.Delivered, ""), (result.Outcome, result.Reason));
        var message = (await reader.ReadAsync(End))!;
        Assert.Equal(sketch.Payload, message.Payload);
        Assert.Equal(
            [sketch.MessageId, sketch.MessageId, "orders", "event-1", "7", "key-1", "paid", "application/json", sketch.Trace],
            HeaderNames.Select(name => Header(message, name)));
    }

    [Fact]
    public async Task A_stream_that_takes_the_subject_has_a_repeated_delivery_once()
    {
        var server = await NatsServer.SharedAsync();
        await using var connection = await TestConnection.OpenAsync(server.Url);
        var client = new JetStreamClient(connection, TimeSpan.FromSeconds(10));
        await client.EnsureStreamAsync(new("out-kept", ["out-kept.>"]), End);
        await using var channel = await OpenAsync(server);

        for (var i = 0; i < 20; i++)
        {
            foreach (var attempt in new[] { 1, 2 })
                Assert.Equal(AttemptOutcome.Delivered, (await channel.TryAsync((Sketch("out-kept.a") with { MessageId = $"msg_{i}", Number = attempt }).ToAttempt(), End)).Outcome);
        }

        var ids = new List<string?>();
        await using var stream = await OrderedReader.BeginAsync(connection, client, "out-kept", "test", new([], 1), new(), TimeProvider.System, End);
        for (var pending = 1L; pending > 0;)
        {
            await stream.WaitAsync(End);
            for (; stream.TryTake(out var message, out var place); pending = place.Pending)
                ids.Add(Header(message!, "herald-id"));
        }
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"msg_{i}"), ids);
    }

    [Fact]
    public async Task A_stream_that_is_gone_fails_once_and_then_the_server_takes_it()
    {
        await using var server = await NatsServer.StartAsync();
        await using var connection = await TestConnection.OpenAsync(server.Url);
        var client = new JetStreamClient(connection, TimeSpan.FromSeconds(10));
        await client.EnsureStreamAsync(new("gone", ["gone"]), End);
        await using var channel = await OpenAsync(server);
        Assert.Equal(AttemptOutcome.Delivered, (await channel.TryAsync(Sketch("gone").ToAttempt(), End)).Outcome);
        await connection.RequestAsync(new("$JS.API.STREAM.DELETE.gone", default), TimeSpan.FromSeconds(10), End);

        var failed = await channel.TryAsync(Sketch("gone").ToAttempt(), End);
        Assert.Equal((AttemptOutcome.Failed, true, 503), (failed.Outcome, failed.EndpointTroubled, failed.StatusCode));
        Assert.Equal(AttemptOutcome.Delivered, (await channel.TryAsync(Sketch("gone").ToAttempt(), End)).Outcome);
    }

    [Fact]
    public async Task A_stream_that_is_away_is_not_passed_by()
    {
        await using var server = await NatsServer.StartAsync();
        await using var connection = await TestConnection.OpenAsync(server.Url);
        var client = new JetStreamClient(connection, TimeSpan.FromSeconds(10));
        await client.EnsureStreamAsync(new("absent", ["absent"]), End);
        await using var channel = await OpenAsync(server);
        Assert.Equal(AttemptOutcome.Delivered, (await channel.TryAsync(Sketch("absent").ToAttempt(), End)).Outcome);

        await server.KillAsync();
        await server.StartAgainAsync(jetStream: false);
        await Until.HoldsAsync(async () => (await channel.TryAsync(Sketch("absent").ToAttempt(), End)).Stage == AttemptStage.Response, "the server answers");
        for (var i = 0; i < 3; i++)
            Assert.Equal(AttemptOutcome.Failed, (await channel.TryAsync(Sketch("absent").ToAttempt(), End)).Outcome);

        await server.KillAsync();
        await server.StartAgainAsync();
        await Until.HoldsAsync(async () => (await channel.TryAsync((Sketch("absent") with { MessageId = "msg_2" }).ToAttempt(), End)).Outcome == AttemptOutcome.Delivered, "it delivers again");
        await connection.WhenConnectedAsync(End);
        Assert.Equal(3, (await client.PublishAsync(new("absent", default), End)).Sequence);
    }

    [Fact]
    public async Task A_message_that_is_too_large_is_rejected()
    {
        await using var server = await NatsServer.StartAsync(jetStream: true, "max_payload: 10000");
        await using var channel = await OpenAsync(server);
        var result = await channel.TryAsync((Sketch("large") with { Payload = new byte[10_000] }).ToAttempt(), End);
        Assert.Equal((AttemptOutcome.Rejected, AttemptStage.Send, false), (result.Outcome, result.Stage, result.EndpointTroubled));
        Assert.Contains("max_payload is 10000", result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cluster_that_is_away_troubles_the_endpoint_until_it_is_back()
    {
        await using var server = await NatsServer.StartAsync(jetStream: false);
        await using var channel = await OpenAsync(server);
        await server.KillAsync();
        await Until.HoldsAsync(async () => (await channel.TryAsync(Sketch("away").ToAttempt(), End)) is { Stage: AttemptStage.Connect, EndpointTroubled: true, Outcome: AttemptOutcome.Failed }, "it is told");
        await server.StartAgainAsync();
        await Until.HoldsAsync(async () => (await channel.TryAsync(Sketch("away").ToAttempt(), End)).Outcome == AttemptOutcome.Delivered, "it delivers again");
    }

    [Fact]
    public async Task A_subject_that_may_not_be_published_to_troubles_the_endpoint()
    {
        await using var server = await NatsServer.StartAsync(jetStream: false,
            "authorization { users: [ { user: herald, password: \"s3cret\", permissions: { publish: { deny: \"forbidden\" } } } ] }");
        await using var channel = new NatsChannel(
            [new NatsCluster("main", TestConnection.Options(server.Url) with { User = "herald", Password = "s3cret" })], TimeProvider.System, NullLoggerFactory.Instance);
        await channel.StartAsync(End);
        var result = await channel.TryAsync(Sketch("forbidden").ToAttempt(), End);
        Assert.Equal((AttemptOutcome.Failed, AttemptStage.Response, true), (result.Outcome, result.Stage, result.EndpointTroubled));
        Assert.Contains("Permissions Violation", result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_attempt_ends_at_its_time_out()
    {
        var clock = new ManualClock();
        await using var server = new ScriptedServer((self, _) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, self.Closing));
        var options = TestConnection.Options(server.Url) with { PingEvery = TimeSpan.FromHours(1) };
        await using var channel = new NatsChannel([new NatsCluster("main", options)], clock, NullLoggerFactory.Instance);
        await channel.StartAsync(End);

        var attempt = channel.TryAsync((Sketch("slow") with { Timeout = TimeSpan.FromSeconds(20) }).ToAttempt(), End).AsTask();
        clock.Advance(TimeSpan.FromSeconds(20) - TimeSpan.FromTicks(1));
        Assert.False(attempt.IsCompleted);
        clock.Advance(TimeSpan.FromTicks(1));
        var result = await attempt;

        Assert.Equal((AttemptOutcome.Failed, AttemptStage.Wait, true, TimeSpan.FromSeconds(20)), (result.Outcome, result.Stage, result.EndpointTroubled, result.Duration));
    }

    [Fact]
    public async Task Bad_endpoints_are_refused_in_one_line()
    {
        await using var channel = new NatsChannel([new NatsCluster("main", TestConnection.Options("nats://127.0.0.1:1"))], TimeProvider.System, NullLoggerFactory.Instance);
        Assert.Null(channel.Refuse(new Uri("nats://main/orders.created")));
        foreach (var bad in new[]
        {
            "nats://other/a", "nats://main/", "nats://main/a.*", "nats://main/a.%3E", "nats://main/a..b", "nats://main/a%20b", "nats://main/a%0D%0APUB%20b", "nats://main/$JS.API.INFO",
            "nats://main/_INBOX.1", "nats://user:word@main/a", "nats://main:4222/a", "nats://main/a?x=1", "http://main/a",
        })
        {
            var reason = channel.Refuse(new Uri(bad));
            Assert.False(string.IsNullOrEmpty(reason), bad);
            Assert.DoesNotContain('\n', reason);
            Assert.DoesNotContain("word@", reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_subscription_whose_cluster_is_set_no_more_fails_and_says_so()
    {
        await using var channel = new NatsChannel([new NatsCluster("main", TestConnection.Options("nats://127.0.0.1:1"))], TimeProvider.System, NullLoggerFactory.Instance);
        var result = await channel.TryAsync(new AttemptSketch { Endpoint = new("nats://other/a") }.ToAttempt(), End);
        Assert.Equal((AttemptOutcome.Failed, AttemptStage.Guard, true), (result.Outcome, result.Stage, result.EndpointTroubled));
    }

    private static AttemptSketch Sketch(string subject) => new() { Endpoint = new($"nats://main/{subject}") };

    private static string? Header(NatsMessage message, string name) =>
        message.Headers.TryFind(Encoding.ASCII.GetBytes(name), out var value) ? Encoding.UTF8.GetString(value) : null;

    private static async Task<NatsChannel> OpenAsync(NatsServer server)
    {
        var channel = new NatsChannel([new NatsCluster("main", TestConnection.Options(server.Url))], TimeProvider.System, NullLoggerFactory.Instance);
        await channel.StartAsync(End);
        return channel;
    }
}
