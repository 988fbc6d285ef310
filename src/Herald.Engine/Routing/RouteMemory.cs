using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Herald.Engine.Routing;

/// <summary>
/// Remembers the routes of events by the hash of their type and attributes, for all topics of a node. All shards share it, and so do all
/// successive <see cref="TopicRoutes"/> of a topic.
/// </summary>
/// <remarks>
/// It is bounded by bytes and has two generations. An entry that is used moves to the young generation. When the young generation fills
/// half of the bound, the old one is dropped and the young one becomes the old one. A set of routes that many events have is stored once.
/// </remarks>
internal sealed class RouteMemory(long maxBytes)
{
    // Measured: the nodes and tables of the dictionaries, the objects and the arrays.
    private const int BytesOfEntry = 192, BytesOfArray = 112;

    private readonly Lock _turning = new();
    private volatile Generation _young = new(), _old = new();
    private static long _topics;

    /// <summary>The approximate number of bytes in use.</summary>
    public long Bytes => _young.Bytes + _old.Bytes;

    /// <summary>
    /// A new number for the events of one topic. It separates them from those of all other topics, and from what was remembered of this
    /// topic before.
    /// </summary>
    public static long NewTopic() => Interlocked.Increment(ref _topics);

    public Remembered? Find(long topic, UInt128 routeHash)
    {
        var name = new Name(topic, routeHash);
        if (_young.Known.TryGetValue(name, out var known))
            return known;
        return _old.Known.TryGetValue(name, out known) ? Put(name, known) : null;
    }

    public Remembered Put(long topic, UInt128 routeHash, Remembered remembered) => Put(new Name(topic, routeHash), remembered);

    private Remembered Put(Name name, Remembered remembered)
    {
        var young = _young;
        if (remembered.Routes.Length > 0)
            remembered = remembered with { Routes = young.Share(remembered.Routes) };
        young.Put(name, remembered);
        if (young.Bytes > maxBytes / 2)
            Turn(young);
        return remembered;
    }

    private void Turn(Generation full)
    {
        lock (_turning)
        {
            if (_young != full)
                return;
            // A generation larger than the whole bound is dropped. Its events are then read again each time.
            _old = full.Bytes <= maxBytes ? full : new Generation();
            _young = new Generation();
        }
    }

    /// <param name="Anchors">All anchors under which a filter that matches such an event can be filed.</param>
    /// <param name="Stamp">
    /// The state of the topic's subscriptions from which the routes come, or a later state that did not change these routes.
    /// </param>
    internal sealed record Remembered(ulong[] Anchors, Route[] Routes, long Stamp);

    private sealed class Generation
    {
        private readonly ConcurrentDictionary<Route[], Route[]> _shared = new(SameRoutes.Instance);
        private long _bytes;

        public ConcurrentDictionary<Name, Remembered> Known { get; } = new();

        public long Bytes => Volatile.Read(ref _bytes);

        public void Put(Name name, Remembered remembered)
        {
            if (Known.TryAdd(name, remembered))
                Interlocked.Add(ref _bytes, BytesOfEntry + (remembered.Anchors.Length * sizeof(ulong)));
            else
                Known[name] = remembered; // The same event, so it has as many anchors.
        }

        public Route[] Share(Route[] routes)
        {
            if (_shared.TryGetValue(routes, out var there))
                return there;
            if (!_shared.TryAdd(routes, routes))
                return _shared.GetValueOrDefault(routes, routes);
            Interlocked.Add(ref _bytes, BytesOfArray + ((long)routes.Length * Marshal.SizeOf<Route>()));
            return routes;
        }
    }

    private readonly record struct Name(long Topic, UInt128 RouteHash)
    {
        public bool Equals(Name other) => Topic == other.Topic && RouteHash == other.RouteHash;

        // The hash is keyed with a secret, so no publisher can fill one bucket.
        public override int GetHashCode() => (int)(ulong)RouteHash ^ (int)Topic;
    }

    private sealed class SameRoutes : IEqualityComparer<Route[]>
    {
        public static readonly SameRoutes Instance = new();

        public bool Equals(Route[]? one, Route[]? other) => one.AsSpan().SequenceEqual(other);

        public int GetHashCode(Route[] routes)
        {
            var hash = new HashCode();
            hash.AddBytes(MemoryMarshal.AsBytes(routes.AsSpan()));
            return hash.ToHashCode();
        }
    }
}
