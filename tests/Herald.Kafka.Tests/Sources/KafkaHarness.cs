using Herald.Brokers.Sources;
using Herald.Contracts.Sources;
using Herald.Engine.Sources;
using Herald.Kafka.Sources;
using Herald.TestKit.Kafka;
using Microsoft.Extensions.Logging.Abstractions;

namespace Herald.Kafka.Tests.Sources;

/// <summary>A topic with four partitions.</summary>
internal sealed class KafkaHarness(KafkaBroker broker, bool ownsBroker, string topic) : SourceHarness
{
    private const int Partitions = 4;
    private readonly Publisher _publisher = new(broker.Servers, topic);

    public static async Task<KafkaHarness> StartAsync(bool hasOwnBroker)
    {
        var broker = hasOwnBroker ? await KafkaBroker.StartAsync() : await KafkaBroker.SharedAsync();
        return new(broker, hasOwnBroker, await broker.CreateTopicAsync("contract", Partitions));
    }

    public override BrokerSource Create(SourceShape shape)
    {
        var options = KafkaReading.Options(topic, topic) with { BatchEvents = shape.BatchEvents, BatchBytes = shape.BatchBytes, Handover = shape.Handover };
        return new KafkaSource(KafkaReading.Cluster(broker.Servers), options, options.Sources[0], new PlainReader(), TimeProvider.System, NullLoggerFactory.Instance)
        {
            SinkOf = shape.SinkOf,
        };
    }

    public override Task SendAsync(IReadOnlyList<SentMessage> messages) =>
        Task.WhenAll(messages.Select(message => _publisher.SendAsync(Publisher.Message(message.Key, message.Payload, message.Id))));

    public override Task<long> CountSavedAsync(SourceNode node) => Task.FromResult(broker.Committed(topic, Partitions, topic));

    public override async Task RestartBrokerAsync()
    {
        await broker.KillAsync();
        await broker.StartAgainAsync();
    }

    public override ValueTask DisposeAsync()
    {
        _publisher.Dispose();
        return ownsBroker ? broker.DisposeAsync() : ValueTask.CompletedTask;
    }
}
