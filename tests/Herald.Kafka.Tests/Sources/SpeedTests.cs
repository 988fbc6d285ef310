using System.Globalization;
using System.Text;
using Herald.TestKit.Kafka;

namespace Herald.Kafka.Tests.Sources;

/// <summary>How fast a topic becomes durable. Not among the tests of every day: run it by its name, with <c>-explicit only</c>.</summary>
public sealed class SpeedTests(ITestOutputHelper output)
{
    private const int Messages = 1_000_000;

    [Fact(Explicit = true)]
    public async Task A_million_messages_become_durable()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync("speed", 12);
        using (var publisher = new Publisher(broker.Servers, topic))
        {
            var value = Encoding.UTF8.GetBytes(new string('x', 256));
            for (var i = 0; i < Messages; i++)
            {
                var message = Publisher.Message($"key-{i % 1000}", "", i.ToString(CultureInfo.InvariantCulture));
                message.Value = value;
                while (!TryProduce(publisher, topic, message))
                    publisher.Producer.Flush(TimeSpan.FromMilliseconds(100));
            }
            publisher.Producer.Flush(TimeSpan.FromMinutes(2));
        }
        // Nobody subscribes: only what becomes durable is measured.
        await using var node = await Node.StartAsync(subscribed: false);
        var begun = TimeProvider.System.GetTimestamp();
        await using var source = await node.ReadAsync(broker.Servers, Node.Options(topic, topic) with { BatchWait = TimeSpan.FromMilliseconds(50) });
        await Until.HoldsAsync(() => source.Totals.Accepted >= Messages, "all are durable");
        var took = TimeProvider.System.GetElapsedTime(begun);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Messages} messages of 256 bytes in {took.TotalSeconds:0.0} s: {Messages / took.TotalSeconds:0} /s"));
        Assert.Equal(Messages, source.Totals.Accepted);
    }

    private static bool TryProduce(Publisher publisher, string topic, Confluent.Kafka.Message<byte[]?, byte[]?> message)
    {
        try
        {
            publisher.Producer.Produce(topic, message);
            return true;
        }
        catch (Confluent.Kafka.KafkaException full) when (full.Error.Code == Confluent.Kafka.ErrorCode.Local_QueueFull)
        {
            return false;
        }
    }
}
