using System.Collections.Concurrent;

namespace Herald.Engine.Routing;

/// <summary>
/// What is known of the events of one topic, by the hash of their type and attributes. All shards share it, and every state of the
/// topic's subscriptions: it outlives them.
/// </summary>
internal sealed class RouteMemory
{
    // Distinct types and attributes; past it the memory starts anew.
    private const int Most = 250_000;

    private readonly ConcurrentDictionary<UInt128, Remembered> _known = new();
    private int _count;

    public Remembered? Find(UInt128 routeHash) => _known.GetValueOrDefault(routeHash);

    public void Put(UInt128 routeHash, Remembered remembered)
    {
        // Counting the dictionary would lock it.
        if (_known.TryAdd(routeHash, remembered))
        {
            if (Interlocked.Increment(ref _count) <= Most)
                return;
            _known.Clear();
            Volatile.Write(ref _count, 0);
        }
        else
        {
            _known[routeHash] = remembered;
        }
    }

    /// <param name="Anchors">What filters may hang on that want such an event.</param>
    /// <param name="Stamp">The state of the topic's subscriptions that the routes are of, or one after it that has added nothing to them.</param>
    internal sealed record Remembered(ulong[] Anchors, Route[] Routes, long Stamp);
}
