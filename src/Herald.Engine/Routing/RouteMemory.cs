using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Herald.Engine.Routing;

/// <summary>
/// What is known of events by the hash of their type and attributes, of all topics of a node. All shards share it, and every state of a topic's
/// subscriptions: it outlives them. Bounded by bytes: what is asked for is young; when half of the bound is young, the other half goes, and what was
/// not asked for since is the next to go. Subscriptions that are the same for many events are kept once.
/// </summary>
internal sealed class RouteMemory(long maxBytes)
{
    public const long UsualBytes = 64 << 20;

    // Of the dictionaries' own nodes and tables, objects and arrays, as measured.
    private const int BytesOfEntry = 192, BytesOfArray = 112;

    private readonly Lock _turning = new();
    private volatile Generation _young = new(), _old = new();
    private static long _topics;

    /// <summary>About as many as are in use.</summary>
    public long Bytes => _young.Bytes + _old.Bytes;

    /// <summary>A name under which the events of one topic are kept apart from all others, and from what was known of it before.</summary>
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
            // One that is larger than all there is room for is read again each time.
            _old = full.Bytes <= maxBytes ? full : new Generation();
            _young = new Generation();
        }
    }

    /// <param name="Anchors">What filters may hang on that want such an event.</param>
    /// <param name="Stamp">The state of the topic's subscriptions that the routes are of, or one after it that has added nothing to them.</param>
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
                Known[name] = remembered; // the same event: as many anchors
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

        // The hash has a secret: nobody can fill one bucket.
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
