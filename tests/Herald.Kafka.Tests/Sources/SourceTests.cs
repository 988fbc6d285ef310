using System.Text;
using Confluent.Kafka;
using Herald.TestKit.Kafka;

namespace Herald.Kafka.Tests.Sources;

/// <summary>Messages of a topic as events, with a real broker.</summary>
public sealed class SourceTests
{
    [Fact]
    public async Task Messages_become_events_once_and_in_the_order_of_their_key()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync("plain");
        await using var node = await Node.StartAsync();
        await using (var source = await node.ReadAsync(broker.Servers, topic, topic))
        {
            Assert.Equal(4, source.Partitions);
            using var publisher = new Publisher(broker.Servers, topic);
            await publisher.SendNumberedAsync(20, 1, 100);
            await node.ReceivesAsync(2000);
        }
        OnceInOrder.Holds(node.Receiver, 20, 100);
        Assert.Equal(2000, broker.Committed(topic, 4, topic));
    }

    [Fact]
    public async Task The_same_message_five_times_is_one_event()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync("again");
        await using var node = await Node.StartAsync();
        await using var source = await node.ReadAsync(broker.Servers, topic, topic);
        using var publisher = new Publisher(broker.Servers, topic, idempotent: false);
        for (var i = 0; i < 5; i++)
            await publisher.SendAsync("key-0", "1", "the-id");
        await publisher.SendAsync("key-0", "2", "the-next");
        await node.ReceivesAsync(2);
        Assert.Equal(["1", "2"], node.Receiver.Of("key-0").Select(r => r.Text));
    }

    [Fact]
    public async Task A_message_that_is_no_event_is_a_dead_letter_and_the_others_go_on()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync("bad");
        await using var node = await Node.StartAsync();
        await using var source = await node.ReadAsync(broker.Servers, topic, topic);
        using var publisher = new Publisher(broker.Servers, topic);
        await publisher.SendAsync("key-0", "1", "a");
        await publisher.SendAsync("key-0", "bad", new string('x', 300));
        await publisher.SendAsync("key-0", "2", "b");
        await node.ReceivesAsync(2);
        Assert.Equal(["1", "2"], node.Receiver.Of("key-0").Select(r => r.Text));
    }

    [Fact]
    public async Task Tombstones_missing_keys_and_headers_that_nobody_knows_are_no_trouble()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync("odd", 1);
        await using var node = await Node.StartAsync();
        await using var source = await node.ReadAsync(broker.Servers, topic, topic);
        using var publisher = new Publisher(broker.Servers, topic);
        await publisher.SendAsync(new Message<byte[]?, byte[]?> { Key = "key-0"u8.ToArray(), Value = null });
        await publisher.SendAsync(new Message<byte[]?, byte[]?> { Value = "no key"u8.ToArray() });
        await publisher.SendAsync(Publisher.Message("key-1", "{}", "c", ("colour", "red"u8.ToArray()), ("binary", [0xff, 0xfe]), ("nothing", null), ("many", [1]), ("many", [2])));
        await node.ReceivesAsync(3);

        var tombstone = Assert.Single(node.Receiver.Of("key-0"));
        Assert.Empty(tombstone.Payload);
        Assert.Equal("true", tombstone.Attributes["tombstone"]);
        Assert.Equal("no key", Assert.Single(node.Receiver.Of("")).Text);
        var coloured = Assert.Single(node.Receiver.Of("key-1"));
        Assert.Equal(("c", "red"), (coloured.Id, coloured.Attributes["colour"]));
    }

    [Fact]
    public async Task Aborted_transactions_leave_gaps_and_nothing_else()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync("transactions", 1);
        await using var node = await Node.StartAsync();
        await using var source = await node.ReadAsync(broker.Servers, topic, topic);
        using var publisher = new Publisher(broker.Servers, topic, transaction: topic);
        for (var number = 1; number <= 6; number++)
        {
            publisher.Producer.BeginTransaction();
            await publisher.SendAsync("key-0", $"{number}", $"id-{number}");
            if (number % 2 == 0)
                publisher.Producer.AbortTransaction(TimeSpan.FromSeconds(30));
            else
                publisher.Producer.CommitTransaction(TimeSpan.FromSeconds(30));
        }
        await node.ReceivesAsync(3);
        Assert.Equal(["1", "3", "5"], node.Receiver.Of("key-0").Select(r => r.Text));
    }

    [Fact]
    public async Task A_new_start_goes_on_where_the_one_before_ended()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync("restart");
        await using var node = await Node.StartAsync();
        using var publisher = new Publisher(broker.Servers, topic);
        for (var round = 0; round < 3; round++)
        {
            await publisher.SendNumberedAsync(5, (round * 10) + 1, 10);
            await using var source = await node.ReadAsync(broker.Servers, topic, topic);
            await node.ReceivesAsync((round + 1) * 50);
        }
        OnceInOrder.Holds(node.Receiver, 5, 30);
    }
}
