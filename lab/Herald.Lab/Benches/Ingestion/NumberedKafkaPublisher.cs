using System.Globalization;
using System.Text;
using Herald.Kafka.Producers;
using Herald.Lab.Benches.Delivery;
using Microsoft.Extensions.Logging.Abstractions;

namespace Herald.Lab.Benches.Ingestion;

/// <summary>Publishes to a Kafka topic, with an id in a header, as most senders do.</summary>
internal sealed class NumberedKafkaPublisher : INumberedPublisher, IDisposable
{
    private const int BatchMessages = 10_000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1), WarmUp = TimeSpan.FromSeconds(10);
    private readonly KeyNumbers _numbers = new();
    private readonly BatchSender _sender;

    private NumberedKafkaPublisher(BatchSender sender) => _sender = sender;

    public long Published { get; private set; }

    /// <exception cref="BenchException">The broker does not answer.</exception>
    public static async Task<NumberedKafkaPublisher> StartAsync(BenchKafka kafka, string topic, TimeProvider time, CancellationToken cancel)
    {
        var sender = new BatchSender(kafka.Cluster, topic, Patience, time, NullLoggerFactory.Instance);
        if (await sender.WarmUpAsync(WarmUp, cancel) is not { } problem)
            return new(sender);
        sender.Dispose();
        throw new BenchException(problem);
    }

    public async Task PublishAsync(int count, CancellationToken cancel)
    {
        for (var left = count; left > 0;)
        {
            var batch = new OutgoingMessage[Math.Min(left, BatchMessages)];
            for (var i = 0; i < batch.Length; i++)
                batch[i] = Next();
            var sent = await _sender.SendAsync(batch, cancel);
            if (sent.Problem is { } problem)
                throw new BenchException($"Kafka did not accept {batch.Length - sent.Acknowledged} of {batch.Length} messages: {problem}");
            Published += batch.Length;
            left -= batch.Length;
        }
    }

    public void Dispose() => _sender.Dispose();

    private OutgoingMessage Next()
    {
        var (key, number) = _numbers.Next();
        var payload = new byte[NumberedPayload.Bytes];
        NumberedPayload.Write(payload, key, number);
        var id = string.Create(CultureInfo.InvariantCulture, $"{key:000}-{number:000000000000}");
        return new(
            Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"key-{key:000}")), payload,
            [("id", Encoding.ASCII.GetBytes(id))]);
    }
}
