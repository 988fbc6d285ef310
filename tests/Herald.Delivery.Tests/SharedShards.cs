using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Journal;

namespace Herald.Delivery.Tests;

/// <summary>Divides the shards of one journal among several engines. The test decides which engine owns which shard.</summary>
internal sealed class SharedShards : IDisposable
{
    // Leases are renewed only after a notification.
    private static readonly TimeSpan ValidFor = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _releasing = new(1);
    private readonly JournalStore _store;
    private readonly Part[] _nodes;

    // By node, the catalog version that it works with, as the node reported it.
    private readonly long[] _followed;
    private readonly Dictionary<ShardId, Lease> _leases = [];
    private readonly Dictionary<ShardId, int> _owners = [];
    private readonly Dictionary<ShardId, (int To, TaskCompletionSource Arrived)> _moves = [];

    private SharedShards(JournalStore store, int nodes)
    {
        _store = store;
        _followed = new long[nodes];
        _nodes = [.. Enumerable.Range(0, nodes).Select(node => new Part(this, node))];
    }

    /// <summary>Opens the store and gives the shards to the nodes in turn.</summary>
    public static async Task<SharedShards> OpenAsync(JournalStore store, int nodes)
    {
        var shared = new SharedShards(store, nodes);
        foreach (var lease in await store.RenewAsync(default))
            (shared._leases[lease.Shard], shared._owners[lease.Shard]) = (lease with { ValidFor = ValidFor }, lease.Shard.Value % nodes);
        return shared;
    }

    public IOwnership Of(int node) => _nodes[node];

    /// <summary>The node gets no more leases. Its shards remain its own until the test moves them.</summary>
    public void Close(int node) => _nodes[node].Close();

    public void Dispose() => _releasing.Dispose();

    public int OwnerOf(int shard)
    {
        lock (_gate)
            return _owners[new ShardId(shard)];
    }

    /// <summary>Moves a shard. Completes when a renewal has given the shard to its new node.</summary>
    public async Task MoveAsync(int shard, int to)
    {
        var (id, arrived, from) = (new ShardId(shard), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), 0);
        lock (_gate)
        {
            from = _owners[id];
            _moves[id] = (to, arrived);
            _leases[id] = _leases[id] with { IsLeaving = true };
        }
        _nodes[from].Tell();
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    private Lease[] Renew(int node)
    {
        lock (_gate)
        {
            var leases = _owners.Where(owner => owner.Value == node).Select(owner => _leases[owner.Key]).ToArray();
            foreach (var lease in leases)
            {
                if (_moves.TryGetValue(lease.Shard, out var move) && move.To == node && _moves.Remove(lease.Shard))
                    move.Arrived.SetResult();
            }
            return leases;
        }
    }

    private async Task ReleaseAsync(IReadOnlyList<Lease> given)
    {
        await _releasing.WaitAsync();
        try
        {
            // A node may release a lease twice, the second time after the next owner has begun.
            Lease[] leases;
            lock (_gate)
                leases = [.. given.Where(lease => _leases[lease.Shard].Epoch == lease.Epoch)];
            await ReleaseCurrentAsync(leases);
        }
        finally
        {
            _releasing.Release();
        }
    }

    private async Task ReleaseCurrentAsync(Lease[] leases)
    {
        await _store.ReleaseAsync(leases, default);
        var renewed = (await _store.RenewAsync(default)).ToDictionary(lease => lease.Shard);
        var told = new HashSet<int>();
        lock (_gate)
        {
            foreach (var released in leases)
            {
                // A node that stops releases shards without a request. It remains their owner, with a higher epoch.
                var to = _moves.TryGetValue(released.Shard, out var move) ? move.To : _owners[released.Shard];
                (_leases[released.Shard], _owners[released.Shard]) = (renewed[released.Shard] with { ValidFor = ValidFor }, to);
                told.Add(to);
            }
        }
        foreach (var node in told)
            _nodes[node].Tell();
    }

    private sealed class Part(SharedShards all, int node) : IOwnership
    {
        private readonly Listeners<Action> _moved = new();
        private volatile bool _isClosed;

        public ValueTask<IReadOnlyList<Lease>> RenewAsync(CancellationToken cancel)
        {
            cancel.ThrowIfCancellationRequested();
            return _isClosed ? throw new StoreUnavailableException("The node is closed.") : new(all.Renew(node));
        }

        public void Follows(long catalogVersion) => Volatile.Write(ref all._followed[node], catalogVersion);

        public ValueTask<long> OthersFollowAsync(CancellationToken cancel) =>
            new(all._followed.Where((_, other) => other != node).Append(long.MaxValue).Min());

        public ValueTask<bool> GiveWayAsync(CancellationToken cancel) => new(false);

        public async ValueTask ReleaseAsync(IReadOnlyList<Lease> leases, CancellationToken cancel) => await all.ReleaseAsync(leases);

        public IDisposable OnMoved(Action moved) => _moved.Add(moved);

        public void Close() => _isClosed = true;

        public void Tell()
        {
            foreach (var listener in _moved.All)
                listener();
        }
    }
}
