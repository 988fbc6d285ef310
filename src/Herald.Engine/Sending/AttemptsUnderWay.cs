using System.Collections.Concurrent;

namespace Herald.Engine.Sending;

/// <summary>
/// The attempts under way on this node, each with its subscription, so that those of one that is deleted can be given up: nobody waits for
/// their results.
/// </summary>
internal sealed class AttemptsUnderWay
{
    private readonly ConcurrentDictionary<CancellationTokenSource, int> _underWay = new(ReferenceEqualityComparer.Instance);

    /// <summary>
    /// To be called before the subscription is looked up: one that is still found then is deleted later, and who does that finds this attempt.
    /// The source is left to the collector: it has no timer, and who gives attempts up may come after their end.
    /// </summary>
    public CancellationTokenSource Begin(int subscription)
    {
        var source = new CancellationTokenSource();
        _underWay[source] = subscription;
        return source;
    }

    public void End(CancellationTokenSource source) => _underWay.TryRemove(source, out _);

    /// <summary>Looks at all attempts, of which there are as many as permits of the node at most.</summary>
    public void GiveUp(IReadOnlySet<int> subscriptions)
    {
        foreach (var (source, subscription) in _underWay)
        {
            if (subscriptions.Contains(subscription))
                source.Cancel();
        }
    }
}
