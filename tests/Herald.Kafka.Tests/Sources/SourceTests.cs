using Confluent.Kafka;
using Herald.Contracts.Sources;
using Herald.TestKit.Kafka;

namespace Herald.Kafka.Tests.Sources;

/// <summary>Messages that only Kafka has, as events. The rest is in <see cref="KafkaSourceTests"/>.</summary>
public sealed class SourceTests
{
    [Fact]
    public async Task Tombstones_missing_keys_and_headers_that_nobody_knows_are_no_trouble()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync("odd", 1);
        await using var node = await SourceNode.StartAsync();
        await using var source = await node.ReadAsync(broker.Servers, topic, topic);
        using var publisher = new Publisher(broker.Servers, topic);
        await publisher.SendAsync(new Message<byte[]?, byte[]?> { Key = "key-0"u8.ToArray(), Value = null });
        await publisher.SendAsync(new Message<byte[]?, byte[]?> { Value = "no key"u8.ToArray() });
        await publisher.SendAsync(Publisher.Message("key-1", "{}", "c", ("colour", "red"u8.ToArray()), ("binary", [0xff, 0xfe]), ("nothing", null), ("many", [1]), ("many", [2])));
        await node.ReceivesAsync(3);

        var tombstone = Assert.Single(node.Receiver.Of("key-0"));
        Assert.Empty(tombstone.Payload);
        Assert.Equal("true", tombstone.Attributes["tombstone"]);
        Assert.Equal("no key", Assert.Single(node.Receiver.Of("")).Payload);
        var coloured = Assert.Single(node.Receiver.Of("key-1"));
        Assert.Equal(("c", "red"), (coloured.Id, coloured.Attributes["colour"]));
    }

    [Fact]
    public async Task Aborted_transactions_leave_gaps_and_nothing_else()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync("transactions", 1);
        await using var node = await SourceNode.StartAsync();
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
        Assert.Equal(["1", "3", "5"], node.Receiver.Of("key-0").Select(r => r.Payload));
    }
}
