using System.Text;
using Confluent.Kafka;

namespace Herald.Kafka.Tests.Channels;

/// <summary>Reads a topic from its beginning, with a client that is not Herald's.</summary>
internal sealed class TopicReader : IDisposable
{
    private readonly IConsumer<byte[]?, byte[]?> _consumer;

    public TopicReader(string servers, string topic, int partitions)
    {
        var config = new ConsumerConfig { BootstrapServers = servers, GroupId = "reader", EnableAutoCommit = false };
        _consumer = new ConsumerBuilder<byte[]?, byte[]?>(config)
            .SetKeyDeserializer(Deserializers.ByteArray!).SetValueDeserializer(Deserializers.ByteArray!).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        _consumer.Assign(Enumerable.Range(0, partitions).Select(p => new TopicPartitionOffset(topic, p, Offset.Beginning)));
    }

    public Message<byte[]?, byte[]?> Next() =>
        _consumer.Consume(60_000)?.Message ?? throw new InvalidOperationException("Nothing has come for a minute.");

    public static string? Header(Message<byte[]?, byte[]?> message, string name) =>
        message.Headers.TryGetLastBytes(name, out var value) ? Encoding.UTF8.GetString(value) : null;

    public void Dispose() => _consumer.Dispose();
}
