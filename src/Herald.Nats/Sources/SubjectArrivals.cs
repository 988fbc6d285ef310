using Herald.Nats.Clusters;
using Herald.Nats.Messages;

namespace Herald.Nats.Sources;

/// <summary>
/// Messages without a stream, shared with the other nodes of the group unless one node reads all. Each comes at most once.
/// </summary>
internal sealed class SubjectArrivals : IArrivals
{
    private readonly NatsSubscription _subscription;

    public SubjectArrivals(ClusterConnection connection, string cluster, NatsSourceOptions options)
    {
        Stream = $"nats/{cluster}/{string.Join(',', options.Subjects)}";
        _subscription = connection.Subscribe(options.Subjects, options.OneReader ? null : options.Group);
        Ready = SubscribedAsync(connection);
    }

    public string Stream { get; }
    public Task Ready { get; }
    public long Dropped => _subscription.Dropped;
    public long? Lag => null;

    public ValueTask<bool> WaitAsync(CancellationToken cancel) => _subscription.WaitAsync(cancel);

    public bool TryTake(out Arrival arrival)
    {
        var has = _subscription.TryRead(out var message);
        arrival = has ? new(message!, default, null) : default;
        return has;
    }

    public void Keep(in Arrival last, int count)
    {
        // There is no stream that could send them again.
    }

    public Task StopAsync(CancellationToken cancel) => _subscription.DrainAsync(cancel);

    public ValueTask DisposeAsync() => _subscription.DisposeAsync();

    // When the server answers, it has subscribed before.
    private static async Task SubscribedAsync(ClusterConnection connection)
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
    }
}
