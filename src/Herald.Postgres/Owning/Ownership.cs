using Herald.Engine.Stores;
using Herald.Postgres.Periods;

namespace Herald.Postgres.Owning;

/// <summary>
/// This node among the others. A call: 1. beat, which renews all leases, and read who else does; 2. remove whose process has ended, and who has been silent
/// for too long; 3. place the shards on those that are left; 4. keep, or give notice of, what is owned, and take what is free.
/// </summary>
/// <param name="removed">Another node's shards have become free.</param>
internal sealed class Ownership(
    Registry registry, PeriodReader periods, NodeWatch watch, NodeSession? session, TimeSpan lease, int shards, TimeProvider time, Action<Membership, IReadOnlyList<Lease>> renewed, Action removed)
    : IDisposable
{
    /// <summary>A node whose connection has broken has so long to hold its lock on another one.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(200);

    private readonly SemaphoreSlim _calling = new(1);
    private readonly Lock _telling = new();
    private long _node, _followed;
    private bool _isTelling;

    /// <summary>Nodes that are registered, this one among them.</summary>
    public int Nodes { get; private set; } = 1;

    /// <summary>One node of those that live has the work that is done once for all. While they come and go two may think so, or none.</summary>
    public bool IsFirst { get; private set; }

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
            // 2.
            if (await RemoveEndedAsync(members, cancel).ConfigureAwait(false))
                members = await registry.BeatAsync(_node, Volatile.Read(ref _followed), cancel).ConfigureAwait(false);
            if (members.NewestPeriod != periods.Map.Newest.Number)
                await periods.RefreshAsync(cancel).ConfigureAwait(false);
            if (members.Nodes.All(n => n.Id != _node))
            {
                // Declared dead: what it owned may be another's by now. It comes back as a new node.
                (_node, IsFirst) = (0, false);
                renewed(members, []);
                return [];
            }
            var live = members.Nodes.Select(n => n.Id).ToHashSet();
            foreach (var silent in watch.Look(members.Nodes).Where(n => n.Id != _node))
                if (await TryAsync(() => registry.RemoveDeadAsync(silent, cancel), otherwise: false).ConfigureAwait(false))
                    live.Remove(silent.Id);
            (Nodes, IsFirst) = (live.Count, live.Min() == _node);
            // 3. Who leaves gets none, but where nobody stays.
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

    /// <param name="channel">On which other nodes listen; null: on none.</param>
    public async ValueTask ReleaseAsync(IReadOnlyList<Lease> leases, string? channel, CancellationToken cancel)
    {
        if (leases.Count > 0)
            await registry.ReleaseAsync(leases, IsAlone ? null : channel, cancel).ConfigureAwait(false);
    }

    /// <summary>From now on others take what this node releases.</summary>
    /// <returns>Whether there are any.</returns>
    public async ValueTask<bool> GiveWayAsync(CancellationToken cancel)
    {
        if (_node == 0 || IsAlone)
            return false;
        await registry.LeaveAsync(_node, cancel).ConfigureAwait(false);
        return true;
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

    /// <returns>Whether others were removed, by this node or by another.</returns>
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

    /// <summary>The beat has renewed the leases: what cannot be done besides must not cost them, and is done with the next one.</summary>
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
                // The next beat says it too.
            }
        }
    }
}
