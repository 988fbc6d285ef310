namespace Herald.Nats.Connecting;

/// <summary>The servers of a cluster: those that are set, and those that they have told of, in turn.</summary>
public sealed class ServerPool
{
    private readonly Lock _lock = new();
    private readonly ServerAddress[] _set;
    private ServerAddress[] _all;
    private int _next;

    /// <param name="random">Clients begin with different ones.</param>
    public ServerPool(IEnumerable<ServerAddress> servers, Random random)
    {
        _set = [.. servers];
        if (_set.Length == 0)
            throw new NatsSetupException("There is no server of NATS to connect to.");
        random.Shuffle(_set);
        _all = _set;
    }

    public int Count
    {
        get
        {
            lock (_lock)
                return _all.Length;
        }
    }

    public ServerAddress Next()
    {
        lock (_lock)
        {
            _next = (_next + 1) % _all.Length;
            return _all[_next];
        }
    }

    /// <summary>What a server says that its cluster has. What was told before counts no more: servers come and go.</summary>
    public void Announce(ServerAddress by, IEnumerable<string> servers)
    {
        lock (_lock)
        {
            var told = servers.Select(by.Announced).OfType<ServerAddress>();
            _all = [.. _set.Concat(told).DistinctBy(server => (server.Host, server.Port))];
            // Whoever it was told by is in use, and is tried again after the others.
            _next = Math.Max(0, Array.FindIndex(_all, server => (server.Host, server.Port) == (by.Host, by.Port)));
        }
    }
}
