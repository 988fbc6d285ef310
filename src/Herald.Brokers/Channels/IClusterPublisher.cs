using Herald.Engine.Channels;

namespace Herald.Brokers.Channels;

/// <summary>Publishes events to one cluster, with confirmation.</summary>
public interface IClusterPublisher : IAsyncDisposable
{
    /// <summary>Why nothing can be published now; null when it can.</summary>
    string? Trouble { get; }

    /// <summary>Completes when the cluster has answered, or is unreachable.</summary>
    Task WarmUpAsync(CancellationToken cancel);

    /// <summary>Completes when the cluster has the event, or has refused it.</summary>
    /// <param name="name">The topic or the subject.</param>
    /// <param name="cancel">Also cancelled when the time of the attempt is over. Then the cluster may have the event, or not.</param>
    ValueTask<AttemptResult> PublishAsync(string name, Attempt attempt, CancellationToken cancel);
}
