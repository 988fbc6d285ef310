using System.Text;
using Confluent.Kafka;
using Herald.Brokers.Channels;
using Herald.Engine.Channels;
using Herald.Kafka.Clusters;
using Herald.Kafka.Producers;
using Microsoft.Extensions.Logging;

namespace Herald.Kafka.Channels;

/// <summary>Publishes events to one cluster, each as a message.</summary>
internal sealed class KafkaPublisher(KafkaCluster cluster, TimeProvider time, ILogger logger) : IClusterPublisher
{
    /// <summary>Longer than most attempts wait. A message that is not sent by then is sent by a later attempt.</summary>
    private static readonly TimeSpan Queueing = TimeSpan.FromSeconds(30);

    private readonly ClusterProducer _producer = new("Kafka channel", cluster, Queueing, time, logger);

    public string? Trouble => _producer.IsAway ? $"no broker of {_producer.Servers} answers" : null;

    public Task WarmUpAsync(CancellationToken cancel) => _producer.Warm;

    /// <remarks>
    /// A report that comes too late is ignored. The message is in the topic then, and a later attempt adds it again with the same
    /// <c>herald-id</c>.
    /// </remarks>
    public async ValueTask<AttemptResult> PublishAsync(string name, Attempt attempt, CancellationToken cancel) =>
        ProduceErrors.Judge(await _producer.ProduceAsync(name, Write(attempt)).WaitAsync(cancel).ConfigureAwait(false));

    public ValueTask DisposeAsync()
    {
        _producer.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>It and the client copy all bytes during the call, so nothing reads the lent event later.</summary>
    private static Message<byte[]?, byte[]> Write(in Attempt attempt)
    {
        var view = attempt.Event;
        var headers = new Headers();
        foreach (var (name, value) in view)
            headers.Add(Encoding.UTF8.GetString(name), value.ToArray());
        // They come after the attributes: of two headers with the same name, the last one counts.
        EventHeaders.AddTo(headers, attempt, static (to, name, value) => to.Add(name, value.ToArray()));
        return new() { Key = view.HasKey ? view.Key.ToArray() : null, Value = view.Payload.ToArray(), Headers = headers };
    }
}
