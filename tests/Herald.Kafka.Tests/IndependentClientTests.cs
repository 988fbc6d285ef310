using System.Globalization;
using Herald.Contracts.Channels;
using Herald.Contracts.Sources;
using Herald.Engine.Channels;
using Herald.Kafka.Channels;
using Herald.Kafka.Tests.Sources;
using Herald.TestKit.Kafka;
using Microsoft.Extensions.Logging.Abstractions;

namespace Herald.Kafka.Tests;

/// <summary>Messages from and to Kafka's own clients, which share no code with ours.</summary>
public sealed class IndependentClientTests
{
    [Fact]
    public async Task What_Javas_producer_sends_is_read()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync("java-in");
        await using var node = await SourceNode.StartAsync();
        await using var source = await node.ReadAsync(broker.Servers, topic, topic);
        var lines = Enumerable.Range(1, 50).SelectMany(number => Enumerable.Range(0, 10).Select(key => $"id:key-{key}-{number},colour:red\tkey-{key}\t{number}\n"));

        await broker.RunToolAsync(
            "org.apache.kafka.tools.ConsoleProducer", string.Concat(lines),
            "--bootstrap-server", broker.Servers, "--topic", topic, "--property", "parse.key=true", "--property", "parse.headers=true");
        await node.ReceivesAsync(500);

        node.AssertOnceInOrder(10, 50);
        Assert.All(node.Receiver.All, received => Assert.Equal("red", received.Attributes["colour"]));
    }

    [Fact]
    public async Task What_is_delivered_is_read_by_Javas_consumer_and_lies_where_its_producer_would_put_it()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync("java-out");
        await using (var channel = new KafkaChannel([KafkaReading.Cluster(broker.Servers)], TimeProvider.System, NullLoggerFactory.Instance))
        {
            for (var key = 0; key < 20; key++)
            {
                var sketch = new AttemptSketch { Endpoint = new($"kafka://main/{topic}"), Key = $"key-{key}", Payload = "herald"u8.ToArray(), MessageId = $"msg_{key}" };
                Assert.Equal(AttemptOutcome.Delivered, (await channel.TryAsync(sketch.ToAttempt(), TestContext.Current.CancellationToken)).Outcome);
            }
        }
        await broker.RunToolAsync(
            "org.apache.kafka.tools.ConsoleProducer", string.Concat(Enumerable.Range(0, 20).Select(key => $"key-{key}\tjava\n")),
            "--bootstrap-server", broker.Servers, "--topic", topic, "--property", "parse.key=true");

        var output = await broker.RunToolAsync(
            "org.apache.kafka.tools.consumer.ConsoleConsumer", "",
            "--bootstrap-server", broker.Servers, "--topic", topic, "--from-beginning", "--max-messages", "40", "--timeout-ms", "60000",
            "--property", "print.partition=true", "--property", "print.headers=true", "--property", "print.key=true");

        // Partition:2 <tab> headers <tab> key <tab> value
        var messages = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')).Where(parts => parts.Length == 4)
            .Select(parts => (Partition: parts[0], Headers: parts[1], Key: parts[2], Value: parts[3])).ToList();
        Assert.Equal(40, messages.Count);
        foreach (var key in Enumerable.Range(0, 20).Select(n => n.ToString(CultureInfo.InvariantCulture)))
        {
            var ours = Assert.Single(messages, m => m.Key == $"key-{key}" && m.Value == "herald");
            Assert.Contains($"herald-id:msg_{key}", ours.Headers, StringComparison.Ordinal);
            Assert.Equal(ours.Partition, Assert.Single(messages, m => m.Key == $"key-{key}" && m.Value == "java").Partition);
        }
    }
}
