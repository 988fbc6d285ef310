using System.Text.Json.Nodes;
using Confluent.Kafka;

namespace Herald.Lab.Benches.Ingestion;

/// <summary>
/// The highest rate of a consumer. It fetches and takes messages as a source of Herald does, and discards them.
/// </summary>
internal sealed class BareReader(TimeProvider time)
{
    public const string RateField = "perSecond";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <exception cref="BenchException">No messages come.</exception>
    public JsonObject Run(ReadOrder order)
    {
        using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(Configuration(order))
            .SetKeyDeserializer(Deserializers.ByteArray!).SetValueDeserializer(Deserializers.ByteArray!).SetLogHandler((_, _) => { })
                .SetErrorHandler((_, _) => { }).Build();
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
        ["queued.max.messages.kbytes"] = "8192",
        ["fetch.queue.backoff.ms"] = "20",
        ["dotnet.consumer.consume.result.fields"] = "headers,timestamp,topic",
    };
}
