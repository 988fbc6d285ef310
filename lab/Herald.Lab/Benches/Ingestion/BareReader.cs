using System.Text.Json.Nodes;
using Confluent.Kafka;

namespace Herald.Lab.Benches.Ingestion;

/// <summary>
/// The highest rate of a consumer. It takes messages as a source of Herald does, fetches ahead as much as there is, and discards them.
/// </summary>
internal sealed class BareReader(TimeProvider time)
{
    public const string RateField = "perSecond";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <exception cref="BenchException">No messages come.</exception>
    public JsonObject Run(ReadOrder order)
    {
        using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(Configuration(order))
            .SetKeyDeserializer(Deserializers.ByteArray!).SetValueDeserializer(Deserializers.ByteArray!).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        consumer.Subscribe(order.Topic);
        Read(consumer, order.Skipped);
        var began = time.GetTimestamp();
        Read(consumer, order.Messages - order.Skipped);
        var took = time.GetElapsedTime(began);
        consumer.Close();
        return new JsonObject { [RateField] = (order.Messages - order.Skipped) / took.TotalSeconds };
    }

    private static void Read(IConsumer<byte[]?, byte[]?> consumer, long messages)
    {
        for (; messages > 0; messages--)
        {
            if (consumer.Consume(Patience) is null)
                throw new BenchException($"{messages} messages were not received, and none has been for {Patience.TotalSeconds:0} s.");
        }
    }

    private static Dictionary<string, string> Configuration(ReadOrder order) => new()
    {
        ["bootstrap.servers"] = order.Servers,
        ["group.id"] = order.Group,
        ["enable.auto.commit"] = "false",
        ["enable.auto.offset.store"] = "false",
        ["auto.offset.reset"] = "earliest",
        ["partition.assignment.strategy"] = "cooperative-sticky",
        // This is more than the topic has. When the fetch buffer is full, the library fetches nothing for a second, and the limit would
        // measure that pause.
        ["queued.max.messages.kbytes"] = "2097151",
        ["dotnet.consumer.consume.result.fields"] = "headers,timestamp,topic",
    };
}
