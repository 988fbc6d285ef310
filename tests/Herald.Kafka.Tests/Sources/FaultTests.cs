using Herald.Contracts.Sources;
using Herald.TestKit.Kafka;
using Herald.TestKit.Time;

namespace Herald.Kafka.Tests.Sources;

/// <summary>Brokers and stores become unavailable; topics are created and deleted.</summary>
public sealed class FaultTests
{
    private static readonly (string, string)[] Quick = [("topic.metadata.refresh.interval.ms", "500")];

    [Fact]
    public async Task While_the_store_is_away_the_source_waits_as_a_member_and_goes_on_afterwards()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync("away");
        await using var node = await SourceNode.StartAsync();
        await using var source = await node.ReadAsync(broker.Servers, topic, topic);
        using var publisher = new Publisher(broker.Servers, topic);
        node.Log.IsAway = true;
        await publisher.SendNumberedAsync(20, 1, 200);
        await Until.HoldsAsync(() => source.IsPaused, "the partitions are paused");
        // This takes longer than the session of the group: the waits between tries double, up to five seconds.
        await Until.HoldsAsync(() => node.Log.Refused >= 9, "the store has refused again and again");

        Assert.Equal((4, 0), (source.Partitions, node.Receiver.Count));
        node.Log.IsAway = false;
        await node.ReceivesAsync(4000);

        Assert.Equal((4, false), (source.Partitions, source.IsPaused));
        node.AssertOnceInOrder(20, 200);
    }

    [Fact]
    public async Task A_server_starts_while_the_cluster_is_away_and_reads_when_it_comes()
    {
        await using var broker = await KafkaBroker.StartAsync();
        await broker.CreateNamedTopicAsync("late", 4);
        await broker.StopAsync();
        await using var node = await SourceNode.StartAsync();
        await using var source = await node.ReadAsync(broker.Servers, "late");
        Assert.Equal(0, source.Partitions);

        await broker.StartAgainAsync();
        using var publisher = new Publisher(broker.Servers, "late");
        await publisher.SendNumberedAsync(5, 1, 5);
        await node.ReceivesAsync(25);
        node.AssertOnceInOrder(5, 5);
    }

    [Fact]
    public async Task It_stops_while_the_cluster_is_away()
    {
        await using var broker = await KafkaBroker.StartAsync();
        await broker.CreateNamedTopicAsync("gone", 4);
        await using var node = await SourceNode.StartAsync();
        var source = await node.ReadAsync(broker.Servers, "gone");
        using var publisher = new Publisher(broker.Servers, "gone");
        await publisher.SendNumberedAsync(5, 1, 5);
        await node.ReceivesAsync(25);
        await broker.KillAsync();

        await source.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.Equal(0, source.Partitions);
    }

    /// <summary>
    /// The client answers a commit only when the coordinator does, which may be never. A stop once waited for that until the whole source
    /// was given up.
    /// </summary>
    [Fact]
    public async Task It_stops_while_a_coordinator_that_answers_nothing_has_a_commit()
    {
        await using var broker = await KafkaBroker.StartAsync();
        await broker.CreateNamedTopicAsync("gone", 4);
        await using var node = await SourceNode.StartAsync();
        node.Log.IsAway = true;
        var source = await node.ReadAsync(broker.Servers, KafkaReading.Options("gone", "gone") with { Handover = TimeSpan.FromSeconds(2) });
        using var publisher = new Publisher(broker.Servers, "gone");
        await publisher.SendNumberedAsync(5, 1, 5);
        await Until.HoldsAsync(() => node.Log.Refused > 0, "what was read waits for the store");
        await broker.FreezeAsync();
        // The messages become durable, and the source commits their position to the group.
        node.Log.IsAway = false;
        await Until.HoldsAsync(() => source.Totals.Accepted > 0, "it is durable");

        await source.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.Equal(0, source.Partitions);
    }

    [Fact]
    public async Task It_stops_while_a_coordinator_answers_nothing_and_all_is_committed()
    {
        await using var broker = await KafkaBroker.StartAsync();
        await broker.CreateNamedTopicAsync("gone", 4);
        await using var node = await SourceNode.StartAsync();
        var source = await node.ReadAsync(broker.Servers, KafkaReading.Options("gone", "gone") with { Handover = TimeSpan.FromSeconds(2) });
        using var publisher = new Publisher(broker.Servers, "gone");
        await publisher.SendNumberedAsync(5, 1, 5);
        await Until.HoldsAsync(() => broker.Committed("gone", 4, "gone") == 25, "the group knows all");
        await broker.FreezeAsync();

        await source.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.Equal(0, source.Partitions);
    }

    [Fact]
    public async Task A_topic_may_come_later_get_partitions_and_be_made_again()
    {
        var broker = await KafkaBroker.SharedAsync();
        const string Name = "comes-and-goes";
        await using var node = await SourceNode.StartAsync();
        await using var source = await node.ReadAsync(broker.Servers, KafkaReading.Options(Name, Name), Quick);

        await broker.CreateNamedTopicAsync(Name, 2);
        using (var publisher = new Publisher(broker.Servers, Name))
        {
            await publisher.SendAsync("key-0", "1");
            await node.ReceivesAsync(1);
        }
        await broker.AddPartitionsAsync(Name, 4);
        await Until.HoldsAsync(() => source.Partitions == 4, "the new partitions are assigned");

        await broker.DeleteTopicAsync(Name);
        await Until.HoldsAsync(() => source.Partitions == 0, "the partitions of the deleted topic are gone");
        await broker.CreateNamedTopicAsync(Name, 1);
        using (var publisher = new Publisher(broker.Servers, Name))
        {
            // The message has the position of the first one in the deleted topic.
            await publisher.SendAsync("key-0", "2");
            await node.ReceivesAsync(2);
        }
        Assert.Equal(["1", "2"], node.Receiver.Of("key-0").Select(r => r.Payload));
    }
}
