using Herald.Engine.Stores;
using Herald.Postgres.Periods;

namespace Herald.Postgres.Owning;

/// <summary>
/// This node among the others. A call: 1. beat, which renews all leases, and read who else does; 2. remove who has been silent for too long;
/// 3. place the shards on those that are left; 4. keep, or give notice of, what is owned, and take what is free.
/// </summary>
internal sealed class Ownership(Registry registry, PeriodReader periods, NodeWatch watch, TimeSpan lease, int shards, Action<Membership, IReadOnlyList<Lease>> renewed) : IDisposable
{
    private readonly SemaphoreSlim _calling = new(1);
    private readonly Lock _telling = new();
    private long _node, _followed;
    private bool _isTelling;

    /// <summary>Nodes that are registered, this one among them.</summary>
    public int Nodes { get; private set; } = 1;

    /// <summary>Who is alone need not tell anybody of new events.</summary>
    public bool IsAlone => Nodes == 1;

    public async ValueTask<IReadOnlyList<Lease>> RenewAsync(CancellationToken cancel)
    {
        await _calling.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            // 1.
            if (_node == 0)
                _node = await registry.RegisterAsync(Volatile.Read(ref _followed), cancel).ConfigureAwait(false);
            var members = await registry.BeatAsync(_node, Volatile.Read(ref _followed), cancel).ConfigureAwait(false);
            if (members.NewestPeriod != periods.Map.Newest.Number)
                await periods.RefreshAsync(cancel).ConfigureAwait(false);
            if (members.Nodes.All(n => n.Id != _node))
            {
                // Declared dead: what it owned may be another's by now. It comes back as a new node.
                _node = 0;
                renewed(members, []);
                return [];
            }
            // 2.
            var live = members.Nodes.Select(n => n.Id).ToHashSet();
            foreach (var silent in watch.Look(members.Nodes).Where(n => n.Id != _node))
                if (await registry.RemoveDeadAsync(silent, cancel).ConfigureAwait(false))
                    live.Remove(silent.Id);
            Nodes = live.Count;
            // 3.
            var placed = Placement.Of(live, shards);
            // 4.
            var leases = new List<Lease>();
            var free = new List<(int Shard, long Epoch)>();
            for (var shard = 0; shard < shards; shard++)
            {
                var owner = members.Owners[shard];
                if (owner.Node == _node)
                    leases.Add(new Lease(new ShardId(shard), owner.Epoch, lease, IsLeaving: placed[shard] != _node));
                else if (placed[shard] == _node && !live.Contains(owner.Node))
                    free.Add((shard, owner.Epoch));
            }
            if (free.Count > 0)
                foreach (var (shard, epoch) in await registry.TakeAsync(_node, free, cancel).ConfigureAwait(false))
                    leases.Add(new Lease(new ShardId(shard), epoch, lease));
            renewed(members, leases);
            return leases;
        }
        finally
        {
            _calling.Release();
        }
    }

    /// <summary>With the next beat, and before it where somebody may be waiting; what comes up while it is being told goes after it.</summary>
    public void Follows(long catalogVersion)
    {
        lock (_telling)
        {
            if (catalogVersion <= _followed)
                return;
            _followed = catalogVersion;
            if (_isTelling || IsAlone)
                return;
            _isTelling = true;
        }
        _ = Task.Run(TellAsync);
    }

    public async ValueTask<long> OthersFollowAsync(CancellationToken cancel) =>
        await registry.OthersFollowAsync(Volatile.Read(ref _node), cancel).ConfigureAwait(false) ?? long.MaxValue;

    public async ValueTask ReleaseAsync(IReadOnlyList<Lease> leases, CancellationToken cancel)
    {
        if (leases.Count > 0)
            await registry.ReleaseAsync(leases, cancel).ConfigureAwait(false);
    }

    /// <summary>All this node has is free at once.</summary>
    public async ValueTask LeaveAsync(CancellationToken cancel)
    {
        await _calling.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            if (_node != 0)
                await registry.RemoveAsync(_node, cancel).ConfigureAwait(false);
            _node = 0;
        }
        finally
        {
            _calling.Release();
        }
    }

    public void Dispose() => _calling.Dispose();

    private async Task TellAsync()
    {
        for (long told = 0; ;)
        {
            lock (_telling)
            {
                if (_followed == told)
                {
                    _isTelling = false;
                    return;
                }
                told = _followed;
            }
            try
            {
                await registry.FollowAsync(Volatile.Read(ref _node), told, CancellationToken.None).ConfigureAwait(false);
            }
            catch (StoreUnavailableException)
            {
                // The next beat says it too.
            }
        }
    }
}
