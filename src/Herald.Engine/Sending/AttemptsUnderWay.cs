using System.Collections.Concurrent;

namespace Herald.Engine.Sending;

/// <summary>
/// The attempts under way on this node, each with its subscription. When a subscription is deleted, its attempts are given up, because
/// their results no longer matter.
/// </summary>
internal sealed class AttemptsUnderWay
{
    private readonly ConcurrentDictionary<CancellationTokenSource, int> _underWay = new(ReferenceEqualityComparer.Instance);

    /// <summary>
    /// Must be called before the subscription is looked up. If the look-up still finds the subscription, it is deleted later, and the
    /// deletion finds this attempt. The source is never disposed: it has no timer, and <see cref="GiveUp"/> may use it after the attempt's
    /// end.
    /// </summary>
    public CancellationTokenSource Begin(int subscription)
    {
        var source = new CancellationTokenSource();
        _underWay[source] = subscription;
        return source;
    }

    public void End(CancellationTokenSource source) => _underWay.TryRemove(source, out _);

    /// <summary>Examines all attempts. There are at most as many as the node has permits.</summary>
    public void GiveUp(IReadOnlySet<int> subscriptions)
    {
        foreach (var (source, subscription) in _underWay)
        {
            if (subscriptions.Contains(subscription))
                source.Cancel();
        }
    }
}
