using System.Globalization;
using System.Text;
using Herald.Kafka;
using Herald.Kafka.Clusters;
using Herald.Kafka.Producing;
using Microsoft.Extensions.Logging;

namespace Herald.Lab.Orders;

/// <summary>Publishes to a topic of Kafka, from where Herald reads.</summary>
public sealed class KafkaOrderSink : IOrderSink
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);
    private readonly BatchSender _sender;

    /// <param name="patience">How long a message is tried to be sent.</param>
    /// <exception cref="KafkaSetupException">Kafka cannot be used as it is set up.</exception>
    public KafkaOrderSink(KafkaPlace place, TimeSpan patience, TimeProvider time, ILoggerFactory logging)
    {
        Place = string.Create(CultureInfo.InvariantCulture, $"{place.Topic} of {place.Servers}");
        _sender = new BatchSender(place.Open(), place.Topic, patience, time, logging);
    }

    public string Place { get; }

    /// <summary>Complete when the first change has no connection to wait for.</summary>
    /// <returns>Why it would have; null when it has not.</returns>
    public Task<string?> WarmUpAsync(CancellationToken cancel) => _sender.WarmUpAsync(WarmUp, cancel);

    public async Task<OrderSinkResult> PublishAsync(IReadOnlyList<OrderMessage> batch, CancellationToken cancel)
    {
        var sent = await _sender.SendAsync([.. batch.Select(Write)], cancel);
        return new(sent.Acknowledged, sent.Problem);
    }

    public ValueTask DisposeAsync()
    {
        _sender.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The order is the key; ids in headers are the sixteen bytes in the order in which they are written.</summary>
    internal static OutgoingMessage Write(OrderMessage message) => new(
        Encoding.ASCII.GetBytes(message.OrderId.ToString()), message.ToJson(),
        [("id", message.Id.ToByteArray(bigEndian: true)), ("customer_id", message.CustomerId.ToByteArray(bigEndian: true))]);
}
