using System.Text;
using Herald.Contracts.Channels;
using Herald.Engine.Channels;
using Herald.Kafka.Channels;
using Herald.Kafka.Clusters;
using Herald.TestKit.Kafka;
using Herald.TestKit.Time;
using Microsoft.Extensions.Logging.Abstractions;

namespace Herald.Kafka.Tests.Channels;

/// <summary>
/// The results of attempts. The suite for all channels does not fit here: its receiver accepts a message and then reports a failure, which
/// no broker does.
/// </summary>
public sealed class ChannelTests
{
    private static readonly string[] HeaderNames = ["herald-id", "herald-topic", "herald-event-id", "herald-sequence", "type", "content-type", "traceparent"];

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_event_is_a_message_with_its_key_its_payload_and_headers_that_say_what_it_is()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync("out", 1);
        await using var channel = await OpenAsync(broker.Servers);
        var sketch = Sketch(topic) with { Type = "paid", Trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", Sequence = 7, Payload = "ünchanged \0 bytes"u8.ToArray() };

        var result = await channel.TryAsync(sketch.ToAttempt(), TestEnd);
        var keyless = await channel.TryAsync((Sketch(topic) with { Key = null, Payload = [] }).ToAttempt(), TestEnd);

        Assert.Equal((AttemptOutcome.Delivered, ""), (result.Outcome, result.Reason));
        Assert.Equal(AttemptOutcome.Delivered, keyless.Outcome);
        using var reader = new TopicReader(broker.Servers, topic, 1);
        var message = reader.Next();
        Assert.Equal("key-1"u8.ToArray(), message.Key);
        Assert.Equal("ünchanged \0 bytes"u8.ToArray(), message.Value);
        Assert.Equal(
            [sketch.MessageId, "orders", "event-1", "7", "paid", "application/json", sketch.Trace],
            HeaderNames.Select(name => TopicReader.Header(message, name)));
        var second = reader.Next();
        Assert.Null(second.Key);
        Assert.Equal((byte[])[], second.Value);
    }

    [Fact]
    public async Task What_is_delivered_one_after_another_lies_in_the_partition_in_that_order()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync("order");
        await using var channel = await OpenAsync(broker.Servers);
        await Task.WhenAll(Enumerable.Range(0, 10).Select(async key =>
        {
            for (var number = 1; number <= 50; number++)
            {
                var sketch = Sketch(topic) with { Key = $"key-{key}", Payload = Encoding.UTF8.GetBytes($"{number}"), MessageId = $"msg_{key}_{number}" };
                Assert.Equal(AttemptOutcome.Delivered, (await channel.TryAsync(sketch.ToAttempt(), TestEnd)).Outcome);
            }
        }));

        using var reader = new TopicReader(broker.Servers, topic, 4);
        var byKey = Enumerable.Range(0, 500).Select(_ => reader.Next()).GroupBy(m => Encoding.UTF8.GetString(m.Key!), m => Encoding.UTF8.GetString(m.Value!)).ToList();
        Assert.Equal(10, byKey.Count);
        Assert.All(byKey, key => Assert.Equal(Enumerable.Range(1, 50).Select(n => $"{n}"), key));
    }

    [Fact]
    public async Task A_message_that_is_too_large_is_rejected()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync("small", 1, ("max.message.bytes", "10000"));
        await using var channel = await OpenAsync(broker.Servers);

        var forTheTopic = await channel.TryAsync((Sketch(topic) with { Payload = new byte[20_000] }).ToAttempt(), TestEnd);
        var forTheClient = await channel.TryAsync((Sketch(topic) with { Payload = new byte[2_000_000] }).ToAttempt(), TestEnd);

        Assert.All([forTheTopic, forTheClient], result => Assert.Equal((AttemptOutcome.Rejected, false), (result.Outcome, result.EndpointTroubled)));
        Assert.Contains("MsgSizeTooLarge", forTheTopic.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_topic_that_is_not_there_troubles_the_endpoint_until_it_is_made()
    {
        var broker = await KafkaBroker.SharedAsync();
        await using var channel = await OpenAsync(broker.Servers);

        var result = await channel.TryAsync(Sketch("not-yet").ToAttempt(), TestEnd);
        Assert.Equal((AttemptOutcome.Failed, true, AttemptStage.Response), (result.Outcome, result.EndpointTroubled, result.Stage));
        Assert.DoesNotContain('\n', result.Reason);

        await broker.CreateNamedTopicAsync("not-yet", 1);
        await Until.HoldsAsync(async () => (await channel.TryAsync(Sketch("not-yet").ToAttempt(), TestEnd)).Outcome == AttemptOutcome.Delivered, "it is delivered to");
    }

    [Fact]
    public async Task While_no_broker_answers_attempts_fail_at_once_and_when_one_does_they_arrive()
    {
        await using var broker = await KafkaBroker.StartAsync();
        await broker.CreateNamedTopicAsync("back", 1);
        await using var channel = await OpenAsync(broker.Servers);
        Assert.Equal(AttemptOutcome.Delivered, (await channel.TryAsync(Sketch("back").ToAttempt(), TestEnd)).Outcome);

        await broker.KillAsync();
        AttemptResult last = AttemptResult.Delivered;
        await Until.HoldsAsync(
            async () => (last = await channel.TryAsync((Sketch("back") with { Timeout = TimeSpan.FromSeconds(1) }).ToAttempt(), TestEnd)).Stage == AttemptStage.Connect, "attempts fail at once");
        Assert.Equal((AttemptOutcome.Failed, true), (last.Outcome, last.EndpointTroubled));

        await broker.StartAgainAsync();
        await Until.HoldsAsync(async () => (await channel.TryAsync(Sketch("back").ToAttempt(), TestEnd)).Outcome == AttemptOutcome.Delivered, "it is delivered to");
    }

    [Fact]
    public async Task A_cluster_that_was_never_there_is_a_result()
    {
        await using var channel = await OpenAsync("127.0.0.1:1");
        var result = await channel.TryAsync(Sketch("any").ToAttempt(), TestEnd);
        Assert.Equal((AttemptOutcome.Failed, true, AttemptStage.Connect), (result.Outcome, result.EndpointTroubled, result.Stage));
    }

    [Fact]
    public async Task An_attempt_ends_at_its_time_out_and_a_report_that_comes_later_changes_nothing()
    {
        var clock = new ManualClock();
        using var kafka = new MockKafka();
        kafka.CreateTopic("slow");
        await using var channel = await OpenAsync(kafka.Servers, clock);
        Assert.Equal(AttemptOutcome.Delivered, (await channel.TryAsync(Sketch("slow").ToAttempt(), TestEnd)).Outcome);
        kafka.Delay(TimeSpan.FromSeconds(2));

        var attempt = channel.TryAsync((Sketch("slow") with { Timeout = TimeSpan.FromSeconds(20) }).ToAttempt(), TestEnd).AsTask();
        clock.Advance(TimeSpan.FromSeconds(20) - TimeSpan.FromTicks(1));
        Assert.False(attempt.IsCompleted);
        clock.Advance(TimeSpan.FromTicks(1));
        var result = await attempt;

        Assert.Equal((AttemptOutcome.Failed, AttemptStage.Wait, true), (result.Outcome, result.Stage, result.EndpointTroubled));
        Assert.Equal(TimeSpan.FromSeconds(20), result.Duration);
        Assert.Equal(0, clock.ArmedTimers);
        // The late report comes before the report of this attempt.
        Assert.Equal(AttemptOutcome.Delivered, (await channel.TryAsync(Sketch("slow").ToAttempt(), TestEnd)).Outcome);
    }

    [Fact]
    public async Task An_attempt_is_cancelled_when_the_node_stops()
    {
        using var kafka = new MockKafka();
        kafka.CreateTopic("slow");
        await using var channel = await OpenAsync(kafka.Servers);
        kafka.Delay(TimeSpan.FromSeconds(2));
        using var stop = new CancellationTokenSource();

        var attempt = channel.TryAsync(Sketch("slow").ToAttempt(), stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => attempt);
    }

    [Theory]
    [InlineData(29, AttemptOutcome.Failed, true)] // may not write this topic
    [InlineData(17, AttemptOutcome.Failed, true)] // no topic by this name
    [InlineData(87, AttemptOutcome.Rejected, false)] // a record that the topic does not accept
    public async Task What_the_broker_refuses_is_told_by_what_it_means(int error, AttemptOutcome outcome, bool troubled)
    {
        using var kafka = new MockKafka();
        kafka.CreateTopic("refused");
        await using var channel = await OpenAsync(kafka.Servers);
        kafka.FailProduce(error);

        var result = await channel.TryAsync(Sketch("refused").ToAttempt(), TestEnd);
        Assert.Equal((outcome, troubled, error), (result.Outcome, result.EndpointTroubled, result.StatusCode));
        // The client may have to ask for the topic's metadata first.
        await Until.HoldsAsync(async () => (await channel.TryAsync(Sketch("refused").ToAttempt(), TestEnd)).Outcome == AttemptOutcome.Delivered, "the next attempts arrive");
    }

    [Fact]
    public async Task A_producer_that_fails_for_good_is_made_anew()
    {
        using var kafka = new MockKafka();
        kafka.CreateTopic("fatal");
        // An idempotent producer gets this error (the cluster may not be used) when it requests its id.
        kafka.FailInitProducerId(31);
        await using var channel = await OpenAsync(kafka.Servers);
        await Until.HoldsAsync(async () => (await channel.TryAsync(Sketch("fatal").ToAttempt(), TestEnd)).Outcome == AttemptOutcome.Delivered, "a new producer delivers");
    }

    [Fact]
    public async Task Bad_endpoints_are_refused_in_one_line()
    {
        await using var channel = await OpenAsync("127.0.0.1:1");
        Assert.Null(channel.Refuse(new Uri("kafka://main/Good_topic.1")));
        foreach (var bad in new[] { "kafka://other/topic", "kafka://main/", "kafka://main/a/b", "kafka://main/ä", "kafka://user:word@main/topic", "kafka://main:9092/topic", "kafka://main/topic?x=1", "http://main/topic" })
        {
            var reason = channel.Refuse(new Uri(bad));
            Assert.False(string.IsNullOrEmpty(reason), bad);
            Assert.DoesNotContain('\n', reason);
            Assert.DoesNotContain("word@", reason, StringComparison.Ordinal);
        }
        Assert.Contains("'other'", channel.Refuse(new Uri("kafka://other/topic")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_subscription_whose_cluster_is_set_no_more_fails_and_says_so()
    {
        await using var channel = await OpenAsync("127.0.0.1:1");
        var result = await channel.TryAsync(new AttemptSketch { Endpoint = new("kafka://other/topic") }.ToAttempt(), TestEnd);
        Assert.Equal((AttemptOutcome.Failed, AttemptStage.Guard, true), (result.Outcome, result.Stage, result.EndpointTroubled));
    }

    private static AttemptSketch Sketch(string topic) => new() { Endpoint = new($"kafka://main/{topic}") };

    private static async Task<KafkaChannel> OpenAsync(string servers, TimeProvider? time = null)
    {
        var cluster = new KafkaCluster(new ClusterAddress("main", servers), new Dictionary<string, string>());
        var channel = new KafkaChannel([cluster], time ?? TimeProvider.System, NullLoggerFactory.Instance);
        await channel.StartAsync(TestEnd);
        return channel;
    }
}
