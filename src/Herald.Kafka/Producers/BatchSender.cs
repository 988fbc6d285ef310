using Confluent.Kafka;
using Herald.Brokers;
using Herald.Engine.Channels;
using Herald.Kafka.Channels;
using Herald.Kafka.Clusters;
using Microsoft.Extensions.Logging;

namespace Herald.Kafka.Producers;

/// <summary>Sends messages to one topic, one at a time or in batches, which complete with the last of their delivery reports.</summary>
/// <remarks>
/// The client retries failed messages in order until the patience ends, and then reports them as failed. They are not sent again after
/// that, because later messages can already be in the topic.
/// </remarks>
public sealed class BatchSender : IDisposable
{
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(100);

    /// <summary>The range of time-outs that librdkafka accepts, except 0, which means none.</summary>
    private static readonly TimeSpan LeastPatience = TimeSpan.FromSeconds(1), MostPatience = TimeSpan.FromDays(20);

    private readonly ClusterProducer _producer;
    private readonly string _topic;
    private readonly TimeProvider _time;

    /// <param name="patience">How long the client tries to send a message; at least one second.</param>
    /// <exception cref="BrokerSetupException">The client does not accept its configuration.</exception>
    public BatchSender(KafkaCluster cluster, string topic, TimeSpan patience, TimeProvider time, ILoggerFactory logging)
    {
        (_topic, _time) = (topic, time);
        var queueing = patience < LeastPatience ? LeastPatience : patience > MostPatience ? MostPatience : patience;
        _producer = new ClusterProducer("Kafka producer", cluster, queueing, time, logging.CreateLogger("Herald.Kafka"));
    }

    /// <summary>Completes when the first message can be sent without waiting, or when that does not happen in time.</summary>
    /// <returns>Why it cannot be sent, or null.</returns>
    public async Task<string?> WarmUpAsync(TimeSpan patience, CancellationToken cancel)
    {
        var begun = _time.GetTimestamp();
        while (true)
        {
            // It has a thread of its own, because the call blocks.
            var error = await Task.Factory.StartNew(
                () => _producer.Locate(_topic), cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            if (!error.IsError)
                return null;
            if (_time.GetElapsedTime(begun) > patience)
                return error.IsLocalError
                    ? $"No broker of {_producer.Servers} answers."
                    : $"The topic {_topic} of {_producer.Servers} cannot be used: {error.Reason} ({error.Code}).";
            await Task.Delay(Again, _time, cancel);
        }
    }

    /// <summary>Sends one batch after another. After a cancellation, it is unknown whether the batch in progress is sent.</summary>
    public async Task<SentBatch> SendAsync(IReadOnlyList<OutgoingMessage> batch, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var reports = await Task.WhenAll([.. batch.Select(message => _producer.ProduceAsync(_topic, Write(message)))]).WaitAsync(cancel);
        var problem = reports.Where(report => report.IsError).Select(report => $"{report.Reason} ({report.Code})").FirstOrDefault();
        return new(reports.Count(report => !report.IsError), problem);
    }

    /// <summary>Sends one message. The client puts messages of calls at the same time into one request.</summary>
    public async Task<SentMessage> SendAsync(OutgoingMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var judged = ProduceErrors.Judge(await _producer.ProduceAsync(_topic, Write(message)));
        return judged.Outcome switch
        {
            AttemptOutcome.Delivered => new(SentOutcome.Acknowledged, null),
            AttemptOutcome.Rejected => new(SentOutcome.Refused, judged.Reason),
            AttemptOutcome.Failed or AttemptOutcome.EndpointGone or AttemptOutcome.Expired => new(SentOutcome.Unknown, judged.Reason),
        };
    }

    public void Dispose() => _producer.Dispose();

    private static Message<byte[]?, byte[]> Write(OutgoingMessage message)
    {
        var headers = new Headers();
        foreach (var (name, value) in message.Headers)
            headers.Add(name, value);
        return new() { Key = message.Key, Value = message.Value, Headers = headers };
    }
}
