using System.Globalization;
using System.Text;
using Herald.Brokers;
using Herald.Kafka.Producers;
using Herald.Orders.Commands;
using Microsoft.Extensions.Logging;

namespace Herald.Lab.Orders;

/// <summary>Publishes to a Kafka topic that Herald reads.</summary>
public sealed class KafkaOrderSink : IOrderSink
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);
    private readonly BatchSender _sender;

    /// <param name="patience">How long the sender retries a message.</param>
    /// <exception cref="BrokerSetupException">The settings for Kafka cannot be used.</exception>
    public KafkaOrderSink(KafkaPlace place, TimeSpan patience, TimeProvider time, ILoggerFactory logging)
    {
        Place = string.Create(CultureInfo.InvariantCulture, $"{place.Topic} of {place.Servers}");
        _sender = new BatchSender(place.Open(), place.Topic, patience, time, logging);
    }

    public string Place { get; }

    /// <summary>Opens the connections in advance, so the first change does not wait for them.</summary>
    /// <returns>A description of the problem; null when there is none.</returns>
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

    /// <summary>The order is the key. An id in a header is its sixteen bytes, in the order of its text form.</summary>
    internal static OutgoingMessage Write(OrderMessage message) => new(
        Encoding.ASCII.GetBytes(message.OrderId.ToString()), message.ToJson(),
        [("id", message.Id.ToByteArray(bigEndian: true)), ("customer_id", message.CustomerId.ToByteArray(bigEndian: true))]);
}
