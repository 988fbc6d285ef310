using System.Text;
using Herald.Kafka.Producers;
using Herald.Orders.Commands;
using Herald.Soak.Worlds;
using Herald.TestKit.Traces;
using Microsoft.Extensions.Logging.Abstractions;

namespace Herald.Soak.Traffic;

/// <summary>Publishes to a Kafka topic that Herald reads. An event counts as accepted when the broker acknowledges it.</summary>
internal sealed class KafkaEntrance(string servers, TraceRecorder trace, TimeProvider time) : IEntrance
{
    private static readonly TimeSpan Patience = TimeSpan.FromDays(1);
    private readonly BatchSender _sender = new(
        new KafkaPlace(servers, SoakWorld.KafkaTopic, null).Open(), SoakWorld.KafkaTopic, Patience, time, NullLoggerFactory.Instance);

    public string Topic => Topics.Kafka;

    public async Task SendAsync(IReadOnlyList<Tale> tales, CancellationToken cancel)
    {
        TracedSource.Ask(trace, Topic, tales, hasType: true);
        var sent = await _sender.SendAsync([.. tales.Select(Message)], cancel);
        if (sent.Problem is { } problem)
            throw new SoakException(null, $"Kafka did not accept {tales.Count - sent.Acknowledged} of {tales.Count} messages: {problem}");
        TracedSource.Accept(trace, Topic, tales);
    }

    private static OutgoingMessage Message(Tale tale) =>
        new(Bytes(tale.Key), tale.Payload, [("id", Bytes(tale.Id)), ("type", Bytes(tale.Type))]);

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public ValueTask DisposeAsync()
    {
        _sender.Dispose();
        return ValueTask.CompletedTask;
    }
}
