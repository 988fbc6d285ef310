using Herald.Brokers.Feeds;
using Herald.Nats.Clusters;
using Herald.Nats.Messages;

namespace Herald.Nats.Sources;

/// <summary>
/// Messages without a stream, shared with the other nodes of the group unless one node reads all. Each comes at most once.
/// </summary>
internal sealed class SubjectFeed : IMessageFeed
{
    private readonly NatsSubscription _subscription;
    private readonly FeedWriter _writer;

    /// <param name="group">Null if one node reads all messages.</param>
    public SubjectFeed(ClusterConnection connection, string cluster, IReadOnlyList<string> subjects, string? group, TimeProvider time)
    {
        _writer = new FeedWriter($"nats/{cluster}/{string.Join(',', subjects)}", time);
        _subscription = connection.Subscribe(subjects, group);
        Ready = SubscribedAsync(connection);
    }

    public Task<bool> Ready { get; }

    /// <summary>The number of messages that were dropped because there was no room for them.</summary>
    public long Dropped => _subscription.Dropped;

    public ValueTask<bool> WaitAsync(CancellationToken cancel) => _subscription.WaitAsync(cancel);

    public bool TryTake(FeedBatch into)
    {
        if (!_subscription.TryRead(out var message))
            return false;
        _writer.Add(into, message);
        return true;
    }

    public Task StopAsync(CancellationToken cancel) => _subscription.DrainAsync(cancel);

    public ValueTask DisposeAsync() => _subscription.DisposeAsync();

    // When the server answers, it has subscribed before.
    private static async Task<bool> SubscribedAsync(ClusterConnection connection)
    {
        await connection.WhenConnectedAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            await connection.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (NatsUnavailableException)
        {
            // The subjects are subscribed on the next connection too.
        }
        return true;
    }
}
