using Confluent.Kafka;
using Herald.Contracts.Sources;
using Herald.TestKit.Kafka;
using Herald.TestKit.Time;

namespace Herald.Kafka.Tests.Sources;

/// <summary>Members join, leave and are killed while messages come.</summary>
public sealed class RebalanceTests
{
    private const int Keys = 40;

    private static bool IsLong => Environment.GetEnvironmentVariable("HERALD_TESTS_LONG") == "1";

    [Fact]
    public async Task In_a_storm_of_rebalances_nothing_is_lost_and_no_key_loses_its_order()
    {
        var (changes, atLeast) = IsLong ? (30, TimeSpan.FromSeconds(90)) : (8, TimeSpan.Zero);
        var seed = int.TryParse(Environment.GetEnvironmentVariable("HERALD_SEED"), out var given) ? given : 1;
        var random = new Random(seed);
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync("storm", 8);
        await using var node = await SourceNode.StartAsync();
        using var publisher = new Publisher(broker.Servers, topic);
        using var enough = new CancellationTokenSource();
        var publishing = PublishAsync(publisher, node, enough.Token);

        var members = new List<Member> { await Member.JoinAsync(node, broker.Servers, topic, topic) };
        var begun = TimeProvider.System.GetTimestamp();
        for (var change = 0; change < changes || TimeProvider.System.GetElapsedTime(begun) < atLeast; change++)
        {
            var before = node.Receiver.Count;
            if (members.Count < 2 || (members.Count < 4 && random.Next(2) == 0))
            {
                members.Add(await Member.JoinAsync(node, broker.Servers, topic, topic));
            }
            else
            {
                var gone = members[random.Next(members.Count)];
                members.Remove(gone);
                await (random.Next(2) == 0 ? gone.KillAsync() : gone.LeaveAsync());
            }
            // The next change comes in the middle of the rebalance that this one has begun.
            await node.ReceivesAsync(before + random.Next(1, 4 * Keys));
        }
        await enough.CancelAsync();
        var last = await publishing;
        await node.ReceivesAsync(Keys * last);
        foreach (var member in members)
            await member.DisposeAsync();

        node.AssertOnceInOrder(Keys, last);
    }

    [Fact]
    public async Task Members_that_leave_in_the_middle_of_a_rebalance_end()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync("leaving", 8);
        await using var node = await SourceNode.StartAsync();
        var random = new Random(1);
        for (var round = 0; round < (IsLong ? 60 : 4); round++)
        {
            var members = new List<Member>();
            for (var i = 0; i < 5; i++)
                members.Add(await Member.BeginAsync(node, broker.Servers, topic, topic));
            await Task.WhenAll(members.Select(m => EndAfterAsync(m.LeaveAsync, TimeSpan.FromMilliseconds(random.Next(1500)))))
                .WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        }
    }

    /// <summary>A client that was ended while partitions were being assigned to it once ended the whole process.</summary>
    [Fact]
    public async Task Members_that_are_killed_in_the_middle_of_a_rebalance_end()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync("killed", 8);
        await using var node = await SourceNode.StartAsync();
        var random = new Random(1);
        for (var round = 0; round < (IsLong ? 60 : 4); round++)
        {
            var members = new List<Member>();
            // A new group, because this one waits for the members that do not answer any more.
            for (var i = 0; i < 5; i++)
                members.Add(await Member.BeginAsync(node, broker.Servers, topic, $"{topic}-{round}"));
            await Task.WhenAll(members.Select(m => EndAfterAsync(m.KillAsync, TimeSpan.FromMilliseconds(random.Next(1500)))))
                .WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task A_member_that_leaves_does_not_wait_for_the_rebalance()
    {
        await using var broker = await KafkaBroker.StartAsync(("group.initial.rebalance.delay.ms", "300000"));
        await broker.CreateNamedTopicAsync("long", 4);
        await using var node = await SourceNode.StartAsync();
        var member = await Member.BeginAsync(node, broker.Servers, "long", "long");
        await Until.HoldsAsync(async () => await broker.StateAsync("long") == ConsumerGroupState.PreparingRebalance, "the rebalance has begun");

        await EndAfterAsync(member.LeaveAsync, TimeSpan.Zero).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.False(member.HasJoined);
    }

    [Fact]
    public async Task What_was_read_of_partitions_that_go_is_committed_first()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync("handover");
        await using var node = await SourceNode.StartAsync();
        using var publisher = new Publisher(broker.Servers, topic);
        await using var first = await node.ReadAsync(broker.Servers, topic, topic);
        await publisher.SendNumberedAsync(20, 1, 50);
        await node.ReceivesAsync(1000);

        await using var second = await node.ReadAsync(broker.Servers, topic, topic);
        await Until.HoldsAsync(() => first.Partitions == 2 && second.Partitions == 2, "each has half of the partitions");

        await Until.HoldsAsync(() => broker.Committed(topic, 4, topic) == 1000, "all is committed");
        await publisher.SendNumberedAsync(20, 51, 50);
        await node.ReceivesAsync(2000);
        node.AssertOnceInOrder(20, 100);
    }

    [Fact]
    public async Task A_store_that_is_away_for_longer_than_the_hand_over_stops_no_rebalance()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync("bounded");
        await using var node = await SourceNode.StartAsync();
        using var publisher = new Publisher(broker.Servers, topic);
        var options = KafkaReading.Options(topic, topic) with { Handover = TimeSpan.FromMilliseconds(200) };
        await using var first = await node.ReadAsync(broker.Servers, options);
        node.Log.IsAway = true;
        await publisher.SendNumberedAsync(20, 1, 50);
        await Until.HoldsAsync(() => node.Log.Refused > 0, "the store has refused something");

        await using var second = await node.ReadAsync(broker.Servers, options);
        await Until.HoldsAsync(() => first.Partitions == 2 && second.Partitions == 2, "each has half of the partitions");
        node.Log.IsAway = false;

        await node.ReceivesAsync(1000);
        await publisher.SendNumberedAsync(20, 51, 50);
        await node.ReceivesAsync(2000);
        node.AssertOnceInOrder(20, 100);
    }

    private static async Task EndAfterAsync(Func<Task> end, TimeSpan time)
    {
        await Task.Delay(time, TimeProvider.System);
        // It blocks its thread.
        await Task.Factory.StartNew(end, default, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
    }

    // Publishes as fast as messages are received, so that some are always under way, but never too many.
    private static async Task<int> PublishAsync(Publisher publisher, SourceNode node, CancellationToken enough)
    {
        var last = 0;
        while (!enough.IsCancellationRequested)
        {
            await publisher.SendNumberedAsync(Keys, last + 1, 10);
            last += 10;
            await Until.HoldsAsync(() => enough.IsCancellationRequested || node.Receiver.Count > (last - 100) * Keys, "what was published is received");
        }
        return last;
    }
}
