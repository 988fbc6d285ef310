using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Postgres.Periods;

namespace Herald.Postgres.Leases;

/// <summary>
/// This node's membership and its shards. A renewal does this:
/// 1. Beat, which renews all leases, and read the other nodes.
/// 2. Remove nodes whose process has ended, and nodes that have been silent for too long.
/// 3. Place the shards on the remaining nodes.
/// 4. Keep the owned shards or mark them for release, and take free ones.
/// </summary>
/// <param name="removed">Called when another node's shards have become free.</param>
internal sealed class Ownership(
    Registry registry, PeriodReader periods, BeatWatch watch, NodeSession? session, TimeSpan lease, int shards, TimeProvider time,
    Action<Membership, IReadOnlyList<Lease>> renewed, Action removed)
    : IDisposable
{
    /// <summary>How long a node whose connection has broken has to take its lock again on a new connection.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(200);

    private readonly SemaphoreSlim _calling = new(1);
    private readonly Lock _telling = new();
    private long _node, _followed;
    private bool _isTelling;
    private volatile bool _isLeaving;

    /// <summary>The number of registered nodes, including this one.</summary>
    public int Nodes { get; private set; } = 1;

    /// <summary>Whether this node does the work that one node does for all. While nodes come and go, two nodes or none can do it.</summary>
    public bool IsFirst { get; private set; }

    /// <summary>True when there is no other node to notify of new events.</summary>
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
            // It was registered anew since it gave way.
            if (_isLeaving && members.Nodes.Any(n => n.Id == _node && !n.IsLeaving))
            {
                await registry.LeaveAsync(_node, cancel).ConfigureAwait(false);
                members = await registry.BeatAsync(_node, Volatile.Read(ref _followed), cancel).ConfigureAwait(false);
            }
            // 2.
            if (await RemoveEndedAsync(members, cancel).ConfigureAwait(false))
                members = await registry.BeatAsync(_node, Volatile.Read(ref _followed), cancel).ConfigureAwait(false);
            if (members.NewestPeriod != periods.Map.Newest.Number)
                await periods.RefreshAsync(cancel).ConfigureAwait(false);
            if (members.Nodes.All(n => n.Id != _node))
            {
                // This node was declared dead, and another node may own its shards by now. It registers again as a new node.
                (_node, IsFirst) = (0, false);
                renewed(members, []);
                return [];
            }
            var live = members.Nodes.Select(n => n.Id).ToHashSet();
            foreach (var silent in watch.Look(members.Nodes).Where(n => n.Id != _node))
                if (await TryAsync(() => registry.RemoveDeadAsync(silent, cancel), otherwise: false).ConfigureAwait(false))
                    live.Remove(silent.Id);
            (Nodes, IsFirst) = (live.Count, live.Min() == _node);
            // 3. A leaving node gets no shards, unless every node leaves.
            var staying = members.Nodes.Where(n => live.Contains(n.Id) && !n.IsLeaving).Select(n => n.Id).ToHashSet();
            var placed = Placement.Of(staying.Count > 0 ? staying : live, Array.ConvertAll(members.Owners, owner => owner.Node));
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
                foreach (var (shard, epoch) in await TryAsync(() => registry.TakeAsync(_node, free, cancel), otherwise: []).ConfigureAwait(false))
                    leases.Add(new Lease(new ShardId(shard), epoch, lease));
            renewed(members, leases);
            return leases;
        }
        finally
        {
            _calling.Release();
        }
    }

    /// <summary>
    /// Reports the version with the next beat. If there are other nodes, also reports it at once, because they may wait for it; a version
    /// that comes up meanwhile is reported after that.
    /// </summary>
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

    /// <param name="channel">The channel on which other nodes listen; null for none.</param>
    public async ValueTask ReleaseAsync(IReadOnlyList<Lease> leases, string? channel, CancellationToken cancel)
    {
        if (leases.Count > 0)
            await registry.ReleaseAsync(leases, IsAlone ? null : channel, cancel).ConfigureAwait(false);
    }

    /// <summary>From now on other nodes take what this node releases. It gets nothing back, even if it has to register again.</summary>
    /// <returns>Whether there are other nodes. The database knows; this node knows only those of its last renewal.</returns>
    public async ValueTask<bool> GiveWayAsync(CancellationToken cancel)
    {
        _isLeaving = true;
        return Volatile.Read(ref _node) is not 0 and var node && await registry.LeaveAsync(node, cancel).ConfigureAwait(false);
    }

    /// <summary>Removes this node, which frees all its shards at once.</summary>
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

    /// <returns>Whether other nodes were removed, by this node or by another one.</returns>
    private async Task<bool> RemoveEndedAsync(Membership members, CancellationToken cancel)
    {
        var ended = members.Nodes.Where(n => n.HasEnded && n.Id != _node).ToList();
        if (ended.Count == 0 || session is not { MayJudge: true } || members.Nodes.All(n => n.Id != _node))
            return false;
        await Task.Delay(Grace, time, cancel).ConfigureAwait(false);
        if (!session.MayJudge)
            return false;
        var isFirst = false;
        foreach (var node in ended)
            isFirst |= await TryAsync(() => registry.RemoveEndedAsync(node.Id, cancel), otherwise: false).ConfigureAwait(false);
        if (isFirst)
            removed();
        return true;
    }

    /// <summary>
    /// Runs work after a beat that has renewed the leases. A failure of this work must not cost the leases; the next renewal does the work.
    /// </summary>
    private static async Task<T> TryAsync<T>(Func<Task<T>> work, T otherwise)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (StoreUnavailableException)
        {
            return otherwise;
        }
    }

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
            catch (Exception)
            {
                // The next beat reports it too.
            }
        }
    }
}
