using System.Collections.Frozen;
using Herald.Engine.Channels;
using Herald.Hosting.Modules;
using Herald.Nats.Clusters;
using Microsoft.Extensions.Logging;

namespace Herald.Nats.Channels;

/// <summary>
/// Delivers events as NATS messages, to <c>nats://cluster/subject</c>. An event is delivered when a stream has the message, or, if no
/// stream takes the subject, when a server has it, whether or not a subscriber listens.
/// </summary>
/// <remarks>The engine has one attempt per key in flight, so the order of a key is kept.</remarks>
public sealed class NatsChannel : IPreparedChannel, IAsyncDisposable
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);

    private readonly FrozenDictionary<string, ClusterPublisher> _publishers;
    private readonly TimeProvider _time;

    public NatsChannel(IReadOnlyCollection<NatsCluster> clusters, TimeProvider time, ILoggerFactory logging)
    {
        ArgumentNullException.ThrowIfNull(clusters);
        _time = time;
        var logger = logging.CreateLogger("Herald.Nats");
        _publishers = clusters.ToFrozenDictionary(c => c.Name, c => new ClusterPublisher(c.Connect(time, logger), time), StringComparer.Ordinal);
    }

    public IReadOnlyList<string> Schemes { get; } = [NatsEndpoint.Scheme];

    /// <summary>
    /// Completes when each cluster has answered or is unreachable, so that connections exist before the first attempt needs one.
    /// </summary>
    public async ValueTask StartAsync(CancellationToken cancel)
    {
        try
        {
            await Task.WhenAll(_publishers.Values.Select(p => p.WhenConnectedAsync(cancel))).WaitAsync(WarmUp, _time, cancel);
        }
        catch (TimeoutException)
        {
            // The connection retries. Attempts that come earlier report the failure.
        }
    }

    public string? Refuse(Uri endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return NatsEndpoint.Refuse(endpoint, _publishers.Keys);
    }

    public ValueTask<AttemptResult> TryAsync(Attempt attempt, CancellationToken cancel)
    {
        var endpoint = attempt.Subscription.Endpoint;
        // The subscription is older than this start, and the setting has changed since.
        if (!_publishers.TryGetValue(NatsEndpoint.ClusterOf(endpoint), out var publisher))
            return new(Reports.UnknownCluster(endpoint));
        return publisher.Trouble is { } trouble ? new(Reports.Away(endpoint.OriginalString, trouble)) : PublishAsync(publisher, attempt, cancel);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var publisher in _publishers.Values)
            await publisher.DisposeAsync();
    }

    private async ValueTask<AttemptResult> PublishAsync(ClusterPublisher publisher, Attempt attempt, CancellationToken cancel)
    {
        var endpoint = attempt.Subscription.Endpoint;
        var timeout = attempt.Subscription.Limits.Timeout;
        var begun = _time.GetTimestamp();
        using var patience = new CancellationTokenSource(timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel);
        try
        {
            await publisher.PublishAsync(MessageWriter.Write(attempt, NatsEndpoint.SubjectOf(endpoint)), either.Token).ConfigureAwait(false);
            return AttemptResult.Delivered with { Duration = _time.GetElapsedTime(begun) };
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return Reports.TimedOut(endpoint.OriginalString, timeout);
        }
        catch (NatsException failure)
        {
            return Reports.Judge(failure, endpoint.OriginalString, _time.GetElapsedTime(begun));
        }
    }
}
