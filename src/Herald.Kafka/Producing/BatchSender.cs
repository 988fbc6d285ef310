using Confluent.Kafka;
using Herald.Kafka.Clusters;
using Microsoft.Extensions.Logging;

namespace Herald.Kafka.Producing;

/// <summary>
/// Sends batches of messages to one topic, each complete with the last of its delivery reports. What does not get through is tried again by the client, in order, as
/// long as its patience lasts, and then reported as failed; it is not sent again after that, when later messages may be in the topic.
/// </summary>
public sealed class BatchSender : IDisposable
{
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(100);

    /// <summary>What librdkafka takes as a time-out, but for 0, which is none.</summary>
    private static readonly TimeSpan LeastPatience = TimeSpan.FromSeconds(1), MostPatience = TimeSpan.FromDays(20);

    private readonly ClusterProducer _producer;
    private readonly string _topic;
    private readonly TimeProvider _time;

    /// <param name="patience">How long a message is tried to be sent; a second at least.</param>
    /// <exception cref="KafkaSetupException">The client does not take its configuration.</exception>
    public BatchSender(KafkaCluster cluster, string topic, TimeSpan patience, TimeProvider time, ILoggerFactory logging)
    {
        (_topic, _time) = (topic, time);
        var queueing = patience < LeastPatience ? LeastPatience : patience > MostPatience ? MostPatience : patience;
        _producer = new ClusterProducer("Kafka producer", cluster, queueing, time, logging.CreateLogger("Herald.Kafka"));
    }

    /// <summary>Complete when the first message has nothing to wait for; or when that does not come to pass in time.</summary>
    /// <returns>Why it does not; null when it does.</returns>
    public async Task<string?> WarmUpAsync(TimeSpan patience, CancellationToken cancel)
    {
        var begun = _time.GetTimestamp();
        while (true)
        {
            // Not while no broker answers: librdkafka would look for one all the time.
            var answers = _producer.Warm.IsCompleted && !_producer.IsAway;
            // A thread of its own: asking blocks.
            var error = answers ? await Task.Factory.StartNew(() => _producer.Locate(_topic), cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default) : null;
            if (error is { IsError: false })
                return null;
            if (_time.GetElapsedTime(begun) > patience)
                return error is null or { IsLocalError: true } ? $"No broker of {_producer.Servers} answers." : $"The topic {_topic} of {_producer.Servers} cannot be used: {error.Reason} ({error.Code}).";
            await Task.Delay(Again, _time, cancel);
        }
    }

    /// <summary>One batch after another. What is under way when it is cancelled may be sent, or not.</summary>
    public async Task<SentBatch> SendAsync(IReadOnlyList<OutgoingMessage> batch, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.Count == 0)
            return new(0, null);
        var reports = new BatchReports(batch.Count);
        foreach (var message in batch)
        {
            if (_producer.Produce(_topic, Write(message), reports.Take) is { } refused)
                reports.Take(refused);
        }
        return await reports.All.WaitAsync(cancel);
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
