using System.Threading.Channels;
using Herald.Engine.Metrics;
using Herald.Engine.Sending;
using Herald.Engine.Shards;
using Herald.Engine.Stores;
using Microsoft.Extensions.Logging;

namespace Herald.Engine.Owning;

/// <summary>
/// Keeps this node's leases and runs a host for each. A renewal: 1. put away hosts that have ended, and release what they saved,
/// 2. ask, 3. move on the terms of what is still owned, 4. stop at once what is lost, hand over what is to leave, 5. begin what is new.
/// A host that ends between two renewals is put away, and its shard released, at once: its events wait for the next owner.
/// Leases that never run out are taken once: there is no loop and no timer then.
/// </summary>
internal sealed class LeaseKeeper(
    IOwnership ownership, ShardHosts hosts, Func<Lease, LeaseTerm, ShardHost> open, PermitLedger ledger, EngineOptions options, EngineMetrics metrics,
    TimeProvider time, ILogger logger) : IAsyncDisposable
{
    // A lease outlives four renewals that fail.
    private const int RenewalsPerLease = 5;

    // By shard; guarded by the lock. A host that is lost stays until its attempts have ended, so that its successor here is alone.
    private readonly Dictionary<ShardId, OwnedShard> _owned = [];

    // By shard, the last epoch that is over on this node. Commits are numbered on within an epoch, and an order to release it may still be on
    // its way: it is never begun again, whatever the store answers.
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

    // Until a lease says otherwise.
    private TimeSpan _validFor = TimeSpan.FromSeconds(5);

    /// <summary>Ends with the reason when the node cannot go on, and in peace when it has stopped.</summary>
    public Task Failed => _failed.Task;

    /// <summary>Takes the first leases, and waits until their shards work. There may be none yet: other nodes own all shards.</summary>
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
                // Somebody else's already; or it could not be read just now, and comes again with a renewal. Neither is a reason not to start.
            }
        }
    }

    /// <summary>
    /// Takes no more, lets attempts in flight end within the grace time, commits, releases. Leases are renewed for as long as that takes. Where other nodes go
    /// on, no shard waits longer than one that is handed over: its other keys would wait with it.
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
            // A shard that failed has told so by Failed.
        }
        try
        {
            await stopping.WaitAsync(options.Grace, time);
        }
        catch (Exception failure)
        {
            logger.LogWarning(failure, "Not everything could be saved while stopping; it will be repeated.");
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
            // Whoever watches them puts them away no more.
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
            // Others find what is released a little later.
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
        // An answer that takes as long as the lease is worth nothing any more.
        using var late = new CancellationTokenSource(_validFor, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _end.Token);
        try
        {
            Apply(await ownership.RenewAsync(either.Token), askedAt);
        }
        catch (Exception failure) when (failure is StoreUnavailableException || (failure is OperationCanceledException && either.IsCancellationRequested))
        {
            // Terms that run out meanwhile stop their attempts by themselves.
            logger.LogWarning(failure, "The leases of this node's shards could not be renewed; it is tried again.");
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
                    GiveUp(lease); // not worth beginning
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
        // With the next renewal it is looked at again, and no sooner.
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
            logger.LogInformation("Shard {Shard} is no longer this node's.", owned.Lease.Shard);
            metrics.LeaseLost();
            owned.IsLost = true;
            owned.Term.End();
            owned.Host.Abort();
            return;
        }
        // A host whose lease had run out has waited, and goes on: with the same epoch nobody has owned the shard since, so all it knows still holds.
        // To load it anew would be wrong besides: the number of its last commit is known to it alone.
        owned.Term.Renew(answer, askedAt);
        owned.Host.OnRenewed();
        if (answer.IsLeaving && !owned.IsStopping)
            _ = HandOverAsync(owned);
    }

    private async Task HandOverAsync(OwnedShard owned)
    {
        owned.IsStopping = true;
        logger.LogInformation("Shard {Shard} moves to another node.", owned.Lease.Shard);
        try
        {
            var stopping = owned.Host.StopAsync();
            owned.Host.LimitAttempts(options.Handover);
            await stopping;
        }
        catch (Exception)
        {
            // Whoever watches the host has told so.
        }
    }

    private void Begin(Lease lease, long askedAt)
    {
        var term = new LeaseTerm(lease, askedAt, time);
        var owned = new OwnedShard(lease, term, open(lease, term));
        _owned.Add(lease.Shard, owned);
        // Before it loads: no change of the catalog may pass it by.
        Publish();
        owned.Host.Start();
        _ = WatchAsync(owned);
    }

    private async Task WatchAsync(OwnedShard owned)
    {
        try
        {
            await owned.Host.Ended;
            // At once, and not with the next renewal: its events wait for the next owner.
            await PutAwayAsync();
            Release();
            // Its successor here may begin; a node that stops begins nothing.
            if (!_stopping)
                Wake();
        }
        catch (Exception failure) when (_runsOut && (failure is StoreUnavailableException || IsStale(failure)))
        {
            // The next renewal tells whose the shard is. It is not hastened: the store, or the other owner, needs no haste.
            if (IsStale(failure) && !owned.IsLost)
                metrics.LeaseLost();
            logger.LogWarning(failure, "Shard {Shard} does not run on this node any more.", owned.Lease.Shard);
        }
        catch (Exception failure)
        {
            logger.LogCritical(failure, "Shard {Shard} cannot go on, and the node with it.", owned.Lease.Shard);
            _failed.TrySetException(failure);
        }
    }

    private static bool IsStale(Exception failure) => failure is StaleOwnerException || failure.InnerException is StaleOwnerException;

    /// <summary>Forgets hosts that have ended. What they had saved to the last may be released.</summary>
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
                // What could not even be loaded has committed nothing: its epoch may be begun again.
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

    // The shards that this node gets for those that leave may be free by now as well.
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
