using System.Threading.Channels;
using Herald.Engine.Basics;
using Herald.Engine.Events;
using Herald.Engine.Leases;
using Herald.Engine.Metrics;
using Herald.Engine.Sending;
using Herald.Engine.Shards;
using Herald.Engine.Stores;
using Microsoft.Extensions.Logging;

namespace Herald.Engine.Ownership;

/// <summary>Keeps this node's leases and runs a host for each.</summary>
/// <remarks>
/// A renewal has these steps:
/// <list type="number">
/// <item>remove hosts that have ended, and release shards whose work is saved;</item>
/// <item>ask the store for this node's leases;</item>
/// <item>extend the terms of shards that this node still owns;</item>
/// <item>stop at once the hosts of lost shards, and hand over shards that should leave;</item>
/// <item>start hosts for new shards.</item>
/// </list>
/// A host that ends between two renewals is removed and its shard released at once, because the shard's events wait for the next owner.
/// Leases that never run out (the embedded store's) are taken once. Then there is no loop and no timer.
/// </remarks>
internal sealed class LeaseKeeper(
    IOwnership ownership, ShardHosts hosts, Func<Lease, LeaseTerm, ShardHost> open, PermitLedger ledger, EngineOptions options,
    EngineMetrics metrics,
    TimeProvider time, ILogger logger) : IAsyncDisposable
{
    // A lease outlives four failed renewals in a row.
    private const int RenewalsPerLease = 5;

    // By shard; guarded by the lock. A lost host stays here until its attempts have ended, so that its successor on this node never runs
    // beside it.
    private readonly Dictionary<ShardId, OwnedShard> _owned = [];

    // By shard, the last epoch that is over on this node. Such an epoch is never started again, whatever the store answers: only the old
    // host knew the number of its last commit, and an order to release the shard may still be on its way to the store.
    private readonly Dictionary<ShardId, long> _over = [];
    private readonly HashSet<(ShardId Shard, long Epoch)> _released = [];
    private readonly Lock _lock = new();

    private readonly Channel<bool> _wakes = System.Threading.Channels.Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });

    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _end = new();
    private ITimer? _alarm;
    private IDisposable? _moved;
    private Task _loop = Task.CompletedTask;
    private readonly Releases _releases = new(ownership, logger);
    private bool _runsOut;
    private volatile bool _stopping;

    // Used until the first lease has come.
    private TimeSpan _validFor = TimeSpan.FromSeconds(5);

    /// <summary>Fails with the reason when the node cannot go on. Completes normally when it has stopped.</summary>
    public Task Failed => _failed.Task;

    /// <summary>
    /// Takes the first leases and waits until their shards are loaded. There may be none: other nodes may own all shards.
    /// </summary>
    public async ValueTask StartAsync(CancellationToken cancel)
    {
        var askedAt = time.GetTimestamp();
        var leases = await ownership.RenewAsync(cancel);
        _runsOut = leases.All(lease => lease.ValidFor is not null);
        Apply(leases, askedAt);
        var first = hosts.All;
        if (_runsOut)
        {
            _moved = ownership.OnMoved(Wake);
            _loop = RunAsync();
        }
        foreach (var host in first)
        {
            try
            {
                await host.Ready.WaitAsync(cancel);
            }
            catch (Exception failure) when (_runsOut && failure is (StaleOwnerException or StoreUnavailableException))
            {
                // The shard has another owner already, or could not be read and will come again with a renewal. Neither prevents the start.
            }
        }
    }

    /// <summary>
    /// Starts no more attempts, lets attempts in flight end within the grace time, commits, and releases the shards. Leases are renewed
    /// meanwhile. When other nodes can take over, attempts get only the shorter handover time, because all other keys of a shard wait with
    /// them.
    /// </summary>
    public async ValueTask StopAsync()
    {
        List<OwnedShard> all;
        lock (_lock)
        {
            _stopping = true;
            all = [.. _owned.Values];
            foreach (var owned in all)
                owned.IsStopping = true;
        }
        if (all.Count > 0)
            _releases.GivingWay = TryGiveWayAsync();
        var stopping = Task.WhenAll(all.Select(owned => owned.Host.StopAsync()));
        var hasHeirs = await _releases.GivingWay;
        if (hasHeirs)
        {
            foreach (var owned in all)
                owned.Host.LimitAttempts(options.Handover);
        }
        try
        {
            await stopping.WaitAsync(hasHeirs ? options.Handover : options.Grace, time);
        }
        catch (TimeoutException)
        {
            foreach (var owned in all)
                owned.Term.GiveUpAttempts();
        }
        catch (Exception)
        {
            // WatchAsync has reported the failure through Failed.
        }
        try
        {
            await stopping.WaitAsync(options.Grace, time);
        }
        catch (Exception failure)
        {
            logger.LogWarning(failure, "The node stops before all progress was saved. Deliveries that were not saved will be repeated.");
        }
        _moved?.Dispose();
        EndLoop();
        await _loop;
        await PutAwayAsync();
        Release();
        await _releases.Ended;
        List<OwnedShard> remaining;
        lock (_lock)
        {
            remaining = [.. _owned.Values];
            // From here on, WatchAsync finds nothing to remove.
            _owned.Clear();
        }
        foreach (var left in remaining)
            await left.DisposeAsync();
        _failed.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (_alarm is not null)
            await _alarm.DisposeAsync();
        _end.Dispose();
    }

    private async Task<bool> TryGiveWayAsync()
    {
        if (!_runsOut)
            return false;
        using var late = new CancellationTokenSource(_validFor / RenewalsPerLease, time);
        try
        {
            return await ownership.GiveWayAsync(late.Token);
        }
        catch (Exception failure) when (failure is StoreUnavailableException or OperationCanceledException)
        {
            // Other nodes will find the released shards a little later.
            return false;
        }
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await SleepAsync();
                if (_end.IsCancellationRequested)
                    return;
                await PutAwayAsync();
                Release();
                await RenewAsync();
            }
        }
        catch (Exception failure)
        {
            _failed.TrySetException(failure);
        }
    }

    private void EndLoop()
    {
        _end.Cancel();
        Wake();
    }

    private async ValueTask SleepAsync()
    {
        _alarm ??= time.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _alarm.Change(_validFor / RenewalsPerLease, Timeout.InfiniteTimeSpan);
        await _wakes.Reader.ReadAsync();
    }

    private async ValueTask RenewAsync()
    {
        var askedAt = time.GetTimestamp();
        // An answer that takes longer than the lease lasts is useless.
        using var late = new CancellationTokenSource(_validFor, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _end.Token);
        try
        {
            Apply(await ownership.RenewAsync(either.Token), askedAt);
        }
        catch (Exception failure) when (failure is StoreUnavailableException || (failure is OperationCanceledException && either.IsCancellationRequested))
        {
            // Terms that run out meanwhile stop their attempts by themselves.
            logger.LogWarning(failure,
                "The leases of this node's shards could not be renewed. The node retries; when a lease runs out, deliveries of its shard "
                + "stop here.");
        }
    }

    private void Apply(IReadOnlyList<Lease> leases, long askedAt)
    {
        var again = new List<Lease>();
        lock (_lock)
        {
            var answered = leases.ToDictionary(lease => lease.Shard);
            foreach (var owned in _owned.Values.Where(owned => !owned.IsLost))
                Follow(owned, answered.GetValueOrDefault(owned.Lease.Shard), askedAt);
            foreach (var lease in leases.Where(lease => !_owned.ContainsKey(lease.Shard)))
            {
                if (!IsOver(lease) && lease.IsLeaving)
                    GiveUp(lease); // The shard should leave again: not worth a start.
                if (_released.Contains((lease.Shard, lease.Epoch)))
                    again.Add(lease);
                else if (!IsOver(lease) && !_stopping)
                    Begin(lease, askedAt);
            }
            _released.RemoveWhere(released => !answered.ContainsKey(released.Shard) || answered[released.Shard].Epoch != released.Epoch);
            if (leases.Count > 0 && _runsOut)
                _validFor = leases.Min(lease => lease.ValidFor!.Value);
            Publish();
        }
        // Released again here. The next renewal shows whether that worked; nothing happens earlier.
        if (again.Count > 0)
            _ = _releases.TryAsync(again);
    }

    private bool IsOver(Lease lease) => _over.TryGetValue(lease.Shard, out var epoch) && lease.Epoch <= epoch;

    private void GiveUp(Lease lease)
    {
        _over[lease.Shard] = lease.Epoch;
        _released.Add((lease.Shard, lease.Epoch));
    }

    private void Follow(OwnedShard owned, Lease? answer, long askedAt)
    {
        if (answer is null || answer.Epoch != owned.Lease.Epoch)
        {
            logger.LogInformation(
                "Shard {Shard} no longer belongs to this node, because its lease was not renewed in time. Another node takes over its "
                + "deliveries.", owned.Lease.Shard);
            metrics.LeaseLost();
            owned.IsLost = true;
            owned.Term.End();
            owned.Host.Abort();
            return;
        }
        // A host whose lease had run out has waited and now goes on. The epoch is the same, so no other node has owned the shard since, and
        // all its state still holds. Loading it anew would even be wrong: only this host knows the number of its last commit.
        owned.Term.Renew(answer, askedAt);
        owned.Host.OnRenewed();
        if (answer.IsLeaving && !owned.IsStopping)
            _ = HandOverAsync(owned);
    }

    private async Task HandOverAsync(OwnedShard owned)
    {
        owned.IsStopping = true;
        logger.LogInformation("Shard {Shard} moves to another node, which continues its deliveries.", owned.Lease.Shard);
        try
        {
            var stopping = owned.Host.StopAsync();
            owned.Host.LimitAttempts(options.Handover);
            await stopping;
        }
        catch (Exception)
        {
            // WatchAsync has reported the failure.
        }
    }

    private void Begin(Lease lease, long askedAt)
    {
        var term = new LeaseTerm(lease, askedAt, time);
        var owned = new OwnedShard(lease, term, open(lease, term));
        _owned.Add(lease.Shard, owned);
        // The host must receive catalog changes from before it loads, so that it misses none.
        Publish();
        owned.Host.Start();
        _ = WatchAsync(owned);
    }

    private async Task WatchAsync(OwnedShard owned)
    {
        try
        {
            await owned.Host.Ended;
            // At once, not with the next renewal: the shard's events wait for the next owner.
            await PutAwayAsync();
            Release();
            // A successor on this node may start now. A node that stops starts nothing.
            if (!_stopping)
                Wake();
        }
        catch (Exception failure) when (_runsOut && (failure is StoreUnavailableException || IsStale(failure)))
        {
            // The next renewal shows who owns the shard. There is no early renewal, because neither the store nor the other owner is in a
            // hurry.
            if (IsStale(failure) && !owned.IsLost)
                metrics.LeaseLost();
            logger.LogWarning(failure,
                "Shard {Shard} stopped on this node: the store does not answer, or another node owns the shard. The next lease renewal "
                + "shows who owns it.", owned.Lease.Shard);
        }
        catch (Exception failure)
        {
            logger.LogCritical(failure, "Shard {Shard} failed and cannot continue, so this node stops.", owned.Lease.Shard);
            _failed.TrySetException(failure);
        }
    }

    private static bool IsStale(Exception failure) => failure is StaleOwnerException || failure.InnerException is StaleOwnerException;

    /// <summary>Removes hosts that have ended. A shard whose work is completely saved can then be released.</summary>
    private async ValueTask PutAwayAsync()
    {
        List<OwnedShard> ended;
        lock (_lock)
        {
            ended = [.. _owned.Values.Where(owned => owned.Host.Ended.IsCompleted)];
            var moved = 0;
            foreach (var owned in ended)
            {
                _owned.Remove(owned.Lease.Shard);
                if (owned is { IsLost: false, Host.HasSavedAll: true })
                {
                    GiveUp(owned.Lease);
                    _releases.Add(owned.Lease);
                    moved++;
                }
                else if (owned.Host.Ended.Exception?.InnerException is not StoreUnavailableException)
                {
                    _over[owned.Lease.Shard] = owned.Lease.Epoch;
                }
                // A host that could not even load has committed nothing, so its epoch may be started again.
            }
            if (!_stopping)
            {
                metrics.ShardsMoved(moved);
                Publish();
            }
        }
        foreach (var owned in ended)
            await owned.DisposeAsync();
    }

    private void Release() => _releases.Begin(OnReleased, failure => _failed.TrySetException(failure));

    // The shards that this node should get in exchange may be free by now as well, so renew.
    private void OnReleased()
    {
        if (!_stopping)
            Wake();
    }

    private void Publish()
    {
        hosts.Replace(_owned.Values.Where(owned => !owned.IsLost).Select(owned => owned.Host));
        ledger.Share(hosts.Share);
    }

    private void Wake() => _ = _wakes.Writer.TryWrite(true);
}
