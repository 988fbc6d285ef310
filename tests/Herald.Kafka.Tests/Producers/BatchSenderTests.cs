using Herald.Kafka.Clusters;
using Herald.Kafka.Producers;
using Herald.TestKit.Kafka;
using Herald.TestKit.Time;
using Microsoft.Extensions.Logging.Abstractions;

namespace Herald.Kafka.Tests.Producers;

public sealed class BatchSenderTests
{
    private const string Topic = "sent";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_batch_is_done_when_all_of_it_is_acknowledged()
    {
        using var kafka = new MockKafka();
        kafka.CreateTopic(Topic, 4);
        using var sender = Open(kafka.Servers);
        Assert.Null(await sender.WarmUpAsync(Patience, TestEnd));
        Assert.Equal(new SentBatch(500, null), await sender.SendAsync(Messages(500), TestEnd));
        Assert.Equal(new SentBatch(0, null), await sender.SendAsync([], TestEnd));
    }

    [Fact]
    public async Task What_the_broker_refuses_is_counted_and_told_and_what_follows_is_sent()
    {
        using var kafka = new MockKafka();
        kafka.CreateTopic(Topic);
        using var sender = Open(kafka.Servers);
        Assert.Null(await sender.WarmUpAsync(Patience, TestEnd));
        // The error for a client that may not write this topic.
        kafka.FailProduce(29);

        var refused = await sender.SendAsync(Messages(1), TestEnd);
        Assert.Equal(0, refused.Acknowledged);
        Assert.Contains("TopicAuthorizationFailed", refused.Problem, StringComparison.Ordinal);
        // The client may have to ask for the topic's metadata first.
        await Until.HoldsAsync(async () => await sender.SendAsync(Messages(2), TestEnd) == new SentBatch(2, null), "the next batches arrive");
    }

    [Fact]
    public async Task Where_no_broker_answers_the_warm_up_says_so()
    {
        using var sender = Open("127.0.0.1:1");
        Assert.Equal("No broker of 127.0.0.1:1 answers.", await sender.WarmUpAsync(TimeSpan.FromMilliseconds(1), TestEnd));
    }

    [Fact]
    public async Task A_batch_that_waits_can_be_cancelled()
    {
        using var sender = Open("127.0.0.1:1");
        using var stop = new CancellationTokenSource();
        var sending = sender.SendAsync(Messages(1), stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
    }

    [Fact]
    public async Task Of_one_message_it_tells_whether_the_brokers_have_it_never_take_it_or_may_have_it()
    {
        using var kafka = new MockKafka();
        kafka.CreateTopic(Topic);
        using var sender = Open(kafka.Servers, TimeSpan.FromSeconds(1));
        Assert.Null(await sender.WarmUpAsync(Patience, TestEnd));
        Assert.Equal(new SentMessage(SentOutcome.Acknowledged, null), await sender.SendAsync(Messages(1)[0]));
        var large = await sender.SendAsync(new OutgoingMessage([1], new byte[2_000_000], []));
        Assert.Equal(SentOutcome.Refused, large.Outcome);
        Assert.Contains("MsgSizeTooLarge", large.Problem, StringComparison.Ordinal);
        kafka.Down();
        Assert.Equal(SentOutcome.Unknown, (await sender.SendAsync(Messages(1)[0])).Outcome);
    }

    [Fact]
    public void A_sender_can_be_disposed_twice()
    {
        using var sender = Open("127.0.0.1:1");
        sender.Dispose();
    }

    private static BatchSender Open(string servers, TimeSpan? patience = null) =>
        new(new KafkaCluster(new("main", servers), new Dictionary<string, string>()), Topic, patience ?? Patience, TimeProvider.System, NullLoggerFactory.Instance);

    private static List<OutgoingMessage> Messages(int count) =>
        [.. Enumerable.Range(0, count).Select(number => new OutgoingMessage([(byte)number], [1, 2, 3], [("id", [4])]))];
}
