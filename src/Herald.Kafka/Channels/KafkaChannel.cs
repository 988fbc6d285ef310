using System.Collections.Frozen;
using Herald.Engine.Channels;
using Herald.Hosting.Modules;
using Herald.Kafka.Clusters;
using Herald.Kafka.Producing;
using Microsoft.Extensions.Logging;

namespace Herald.Kafka.Channels;

/// <summary>
/// Delivers events as Kafka messages, to <c>kafka://cluster/topic</c>. An event is delivered when all in-sync replicas have the message.
/// </summary>
/// <remarks>
/// The engine has one attempt per key in flight, and the producer sends in the order of its calls. So the order of a key is the order in
/// its partition.
/// </remarks>
public sealed class KafkaChannel : IPreparedChannel, IAsyncDisposable
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);

    /// <summary>Longer than most attempts wait. A message that is not sent by then is sent by a later attempt.</summary>
    private static readonly TimeSpan Queueing = TimeSpan.FromSeconds(30);

    private readonly FrozenDictionary<string, ClusterProducer> _producers;
    private readonly TimeProvider _time;

    /// <exception cref="KafkaSetupException">A client does not accept its configuration.</exception>
    public KafkaChannel(IReadOnlyCollection<KafkaCluster> clusters, TimeProvider time, ILoggerFactory logging)
    {
        ArgumentNullException.ThrowIfNull(clusters);
        _time = time;
        var logger = logging.CreateLogger("Herald.Kafka");
        _producers = clusters.ToFrozenDictionary(c => c.Name, c => new ClusterProducer("Kafka channel", c, Queueing, time, logger), StringComparer.Ordinal);
    }

    public IReadOnlyList<string> Schemes { get; } = [KafkaEndpoint.Scheme];

    /// <summary>
    /// Completes when each cluster has answered or is unreachable, so that connections exist before the first attempt needs one.
    /// </summary>
    public async ValueTask StartAsync(CancellationToken cancel)
    {
        try
        {
            await Task.WhenAll(_producers.Values.Select(p => p.Warm)).WaitAsync(WarmUp, _time, cancel);
        }
        catch (TimeoutException)
        {
            // The client keeps trying. Attempts that come earlier report the failure.
        }
    }

    public string? Refuse(Uri endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return KafkaEndpoint.Refuse(endpoint, _producers.Keys);
    }

    public ValueTask<AttemptResult> TryAsync(Attempt attempt, CancellationToken cancel)
    {
        var endpoint = attempt.Subscription.Endpoint;
        // The subscription is older than this start, and the setting has changed since.
        if (!_producers.TryGetValue(KafkaEndpoint.ClusterOf(endpoint), out var producer))
            return new(Reports.UnknownCluster(endpoint));
        return producer.IsAway ? new(Reports.Away(endpoint.OriginalString, producer.Servers)) : ProduceAsync(producer, attempt, cancel);
    }

    public ValueTask DisposeAsync()
    {
        foreach (var producer in _producers.Values)
            producer.Dispose();
        return ValueTask.CompletedTask;
    }

    private async ValueTask<AttemptResult> ProduceAsync(ClusterProducer producer, Attempt attempt, CancellationToken cancel)
    {
        var endpoint = attempt.Subscription.Endpoint;
        using var pending = new PendingAttempt(endpoint.OriginalString, attempt.Subscription.Limits.Timeout, _time, cancel);
        if (producer.Produce(KafkaEndpoint.TopicOf(endpoint), MessageWriter.Write(attempt), pending.Report) is { } refused)
            pending.Report(refused);
        return await pending.Ended.ConfigureAwait(false);
    }
}
