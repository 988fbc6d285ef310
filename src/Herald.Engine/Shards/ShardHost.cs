using System.Threading.Channels;
using Herald.Engine.Applications;
using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Events;
using Herald.Engine.Leases;
using Herald.Engine.Progress;
using Herald.Engine.Sending;
using Herald.Engine.Stores;
using Microsoft.Extensions.Logging;

namespace Herald.Engine.Shards;

/// <summary>The loop around one <see cref="ShardMachine"/>. All waiting is here; all decisions are in the machine.</summary>
/// <remarks>
/// A round has seven steps:
/// <list type="number">
/// <item>take messages;</item>
/// <item>let timers expire;</item>
/// <item>read at the head of the log;</item>
/// <item>read for the scan;</item>
/// <item>ask for permits;</item>
/// <item>start attempts;</item>
/// <item>commit what is due.</item>
/// </list>
/// The loop sleeps after a round that found nothing to do. While its lease has run out, it only takes messages. The file has over 400 lines
/// because the steps share the state of one loop, which needs no lock as long as only the loop uses it.
/// </remarks>
internal sealed partial class ShardHost : IPermitTaker, IAsyncDisposable
{
    private const int HeadChunk = 512;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(250);

    private readonly ShardServices _services;
    private readonly Lease _lease;
    private readonly LeaseTerm _term;
    private readonly ShardMachine _machine;
    private readonly Router _headRouter, _scanRouter;
    private readonly EventLoader _loader;
    private readonly ShardCommits _commits;
    private readonly ApplicationRuns _applications;

    // Attempts that have room among the bytes in flight. Their events can be loaded.
    private readonly List<StartAttempt> _entered = [];
    private readonly IndexEntry[] _entries = new IndexEntry[HeadChunk];
    private readonly TopicHolds _holds = new();
    private readonly CancellationTokenSource _abort = new();

    // Bounded by what can be under way: each attempt in flight, each permit asked for, one commit, one wake-up.
    private readonly Channel<ShardMessage> _mailbox = System.Threading.Channels.Channel.CreateUnbounded<ShardMessage>(
        new UnboundedChannelOptions { SingleReader = true, AllowSynchronousContinuations = false });

    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ITimer? _alarm;
    private Task _loop = Task.CompletedTask;
    private long _head;
    private long _catalogFollowed;
    private int _wakePosted;
    private readonly AttemptsInFlight _inFlight = new();
    private bool _stopping;
    private TimeSpan? _attemptsLast;

    /// <param name="term">How long the lease is valid. The lease keeper renews it. It ends with the host.</param>
    public ShardHost(Lease lease, LeaseTerm term, ShardServices services, EngineOptions options, ShardSettings settings, int seed)
    {
        (_lease, _term, _services) = (lease, term, services);
#pragma warning disable CA5394 // Spreads retries; no secret hangs on it.
        _machine = new ShardMachine(lease.Shard, settings, new Random(seed));
#pragma warning restore CA5394
        _headRouter = new Router(services.Log, lease.Shard);
        _scanRouter = new Router(services.Log, lease.Shard);
        _loader = new EventLoader(services.Log, lease.Shard);
        _applications = new ApplicationRuns(lease.Shard, services.Applications, SaveAsync);
        _commits = new ShardCommits(lease, _machine, _applications, services, options, message => Post(message), _abort.Token);
    }

    public ShardId Shard => _lease.Shard;
    public long Epoch => _lease.Epoch;

    /// <summary>For inspection only while the loop does not run.</summary>
    public ShardMachine Machine => _machine;
    public bool HasUnsaved => _commits.HasUnsaved;

    /// <summary>The edition of the catalog that the machine works with.</summary>
    public long CatalogFollowed => Volatile.Read(ref _catalogFollowed);

    /// <summary>
    /// Completes when the loop and all attempts have ended: normally after <see cref="StopAsync"/>, or with the failure that ended the
    /// loop.
    /// </summary>
    public Task Ended => _loop;

    /// <summary>
    /// The host stopped on request, and everything it did is saved. It stays false when the host was aborted during the stop.
    /// </summary>
    public bool HasSavedAll { get; private set; }

    /// <summary>Completes when the shard has been loaded, or will not be loaded any more.</summary>
    public Task Ready => _ready.Task;

    public void Start() => _loop = RunAsync();

    public void OnHead(long sequence)
    {
        Atomically.Raise(ref _head, sequence);
        _applications.OnHead(sequence);
        Kick();
    }

    public void OnCatalog(CatalogUpdate update) => Post(new ShardMessage.CatalogChanged(update));

    /// <summary>Releases the key if it is held in this shard. The order may be late or repeated.</summary>
    public void Release(ReleaseOrder order) => Post(new ShardMessage.Call(
        machine => machine.OnRelease(order.Subscription, order.Sequence, order.Discard, order.By), () => { }));

    /// <summary>Releases a held key: its head is tried again, or discarded.</summary>
    /// <returns>
    /// Whether such a key is held here, and a task that completes when the release is durable, so that no crash can undo it.
    /// </returns>
    public ValueTask<(bool Done, Task Saved)> ReleaseAsync(ReleaseOrder order, CancellationToken cancel) => CallAsync(
        machine => machine.OnRelease(order.Subscription, order.Sequence, order.Discard, order.By)
            ? (true, WhenSaved())
            : (false, Task.CompletedTask),
        cancel);

    /// <summary>The lease's term was extended. If it had run out, there is work again.</summary>
    public void OnRenewed() => Kick();

    /// <summary>Runs a query or an order between two steps of the machine.</summary>
    public async ValueTask<T> CallAsync<T>(Func<ShardMachine, T> ask, CancellationToken cancel)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var refusal = new StoreUnavailableException($"Shard {Shard} is not running on this node.");
        var call = new ShardMessage.Call(
            machine =>
            {
                try
                {
                    answer.TrySetResult(ask(machine));
                }
                catch (Exception failure)
                {
                    answer.TrySetException(failure);
                }
            },
            () => answer.TrySetException(refusal));
        if (!Post(call))
            throw refusal;
        return await answer.Task.WaitAsync(cancel);
    }

    /// <summary>Completes when everything that the machine has done before this call is durable.</summary>
    public async ValueTask SaveAsync()
    {
        var saved = await CallAsync(_ => WhenSaved(), CancellationToken.None);
        await saved;
    }

    /// <summary>For each application, how many events of this shard's log it has not read.</summary>
    public IEnumerable<(string Application, long Unread)> Unread() => _applications.Unread();

    void IPermitTaker.Grant(int subscription, PermitKind kind, int count) => Post(new ShardMessage.Granted(subscription, kind, count));

    void IPermitTaker.EndpointBack(int subscription) => Post(new ShardMessage.EndpointBack(subscription));

    /// <summary>
    /// Starts no more attempts. Attempts in flight end by themselves or are given up with the lease's term. Then everything is committed
    /// and the loop ends.
    /// </summary>
    public Task StopAsync()
    {
        _applications.Stop();
        Post(new ShardMessage.Call(_ => _stopping = true, () => { }));
        return _loop;
    }

    /// <summary>
    /// Limits a stop: once each remaining attempt has been under way for this long, all of them are given up, because their receivers do
    /// not answer. The host may have ended already.
    /// </summary>
    public void LimitAttempts(TimeSpan attemptsLast) => Post(new ShardMessage.Call(_ => _attemptsLast = attemptsLast, () => { }));

    /// <summary>Stops at once: nothing more is saved, and attempts in flight are given up.</summary>
    public void Abort()
    {
        _term.End();
        // Cancelled synchronously: the only code that this call may resume is the loop itself, which then ends.
        _abort.Cancel();
        Kick();
    }

    public async ValueTask DisposeAsync()
    {
        Abort();
        try
        {
            await _loop;
        }
        catch (Exception)
        {
            // Ended reports the failure already.
        }
        if (_alarm is not null)
            await _alarm.DisposeAsync();
        _abort.Dispose();
    }

    private async Task RunAsync()
    {
        await Task.Yield();
        try
        {
            await LoadAsync();
            _applications.Start(Kick, _abort.Token);
            _ready.TrySetResult();
            while (!_abort.IsCancellationRequested)
            {
                try
                {
                    if (await GoRoundAsync() is not { } busy)
                    {
                        HasSavedAll = true;
                        return;
                    }
                    // A shard with much to read must give its thread back between rounds, because there are more shards than threads.
                    if (busy)
                        await Task.Yield();
                    else
                        await SleepAsync();
                }
                catch (StoreUnavailableException failure)
                {
                    // A failed reading changes nothing in the machine. The next round reads the same again.
                    _services.Logger.LogWarning(failure,
                        "Shard {Shard}: the store does not answer a read. New deliveries wait; the shard retries.", Shard);
                    await Task.Delay(RetryAfter, _services.Time, _abort.Token);
                }
            }
        }
        catch (OperationCanceledException) when (_abort.IsCancellationRequested)
        {
            // The host was aborted.
        }
        catch (Exception failure)
        {
            _ready.TrySetException(failure);
            throw;
        }
        finally
        {
            _ready.TrySetResult();
            await CloseAsync();
        }
    }

    /// <returns>Whether there is more to do at once; null when the host has stopped.</returns>
    private async ValueTask<bool?> GoRoundAsync()
    {
        TakeMessages();
        if (_applications.Failure is { } failure)
            throw new InvalidOperationException($"Shard {Shard}: an application failed and cannot continue.", failure);
        if (!_term.Holds)
        {
            // Without a lease nothing may be sent. The next renewal shows whether anything may be saved: it wakes the loop, or ends it.
            GiveBackStarts();
            return _mailbox.Reader.TryPeek(out _);
        }
        _machine.WallAheadMs = _services.Clock.WallAheadMs;
        _machine.OnTick(NowMs());
        var read = !_stopping && await ReadHeadAsync();
        read |= !_stopping && await ReadForScanAsync();
        await ActAsync();
        _commits.BeginIfDue(NowMs(), _stopping);
        GiveUpOldAttempts();
        if (_stopping && _inFlight.Count == 0 && _applications.HasEnded && !_commits.UnderWay && !_commits.HasUnsaved)
            return null;
        return read || _mailbox.Reader.TryPeek(out _);
    }

    private async ValueTask LoadAsync()
    {
        var fence = new Fence(Shard, _lease.Epoch);
        // Both calls run at the same time: each is a round trip to the store, and deliveries wait for both.
        var asked = _services.Log.BoundsAsync(Shard, _abort.Token).AsTask();
        var load = _services.Store.LoadAsync(fence, _abort.Token).AsTask();
        await Task.WhenAll(asked, load);
        var (bounds, stored) = (await asked, await load);
        var saved = SavedProgress.Of(stored.Records);
        using var holds = new TopicHolds();
        var catalog = await _services.Cache.HoldForAsync(Shard, saved, holds, _abort.Token);
        _head = Math.Max(_head, bounds.Last);
        await _applications.LoadAsync(bounds, _abort.Token);
        var now = NowMs();
        _machine.WallAheadMs = _services.Clock.WallAheadMs;
        _machine.Restore(saved, catalog, bounds.First, now);
        Volatile.Write(ref _catalogFollowed, catalog.Edition);
        _commits.GoOnFrom(stored, now, saved.MustBeReplaced);
        TellOfDamage(saved, catalog);
    }

    private void TellOfDamage(SavedProgress saved, CatalogSnapshot catalog)
    {
        if (saved.Damage == 0)
            return;
        _services.Metrics.DamagedProgress(saved.Damage);
        if (saved.IsCut)
            _services.Logger.LogError(
                "Shard {Shard}: {Count} records of its saved progress, or parts of them, are damaged or missing. All subscriptions continue "
                + "from sequence {From}, and deliveries made since then are repeated.",
                Shard, saved.Damage, saved.Routed + 1);
        else if (saved.DamagedSubscriptions.Count == 0)
            _services.Logger.LogWarning("Shard {Shard}: a note of finished deliveries is damaged. These deliveries are repeated.", Shard);
        foreach (var number in saved.DamagedSubscriptions)
        {
            if (catalog.ByNumber.TryGetValue(number, out var entry))
                _services.Logger.LogError(
                    "Shard {Shard}: the saved progress of subscription {Subscription} is damaged. It continues from sequence {From}, and "
                    + "deliveries made since then are repeated.",
                    Shard, entry.Subscription.FullId, saved.States[number].Position + 1);
        }
    }

    // Step 3 of a round.
    private async ValueTask<bool> ReadHeadAsync()
    {
        if (_machine.Routed >= Volatile.Read(ref _head))
            return false;
        var read = await _services.Log.ReadIndexAsync(Shard, _machine.Routed + 1, _entries, _abort.Token);
        if (read.Count == 0)
        {
            // When progress was lost, reading begins below the first sequence of the log, where only events of kept keys are left.
            return _machine.OnHeadGap(read.Next);
        }
        var entries = _entries.AsMemory(0, read.Count);
        await FollowCatalogAsync(read.CatalogVersion);
        using var holds = _holds;
        await HoldTopicsAsync(entries);
        var routed = await _headRouter.RouteAsync(entries, _machine.Catalog, _abort.Token);
        _machine.OnHead(routed.Span, NowMs());
        return true;
    }

    // Step 4 of a round.
    private async ValueTask<bool> ReadForScanAsync()
    {
        if (!_machine.WantsScan(out var from, out var count))
            return false;
        var read = await _services.Log.ReadIndexAsync(Shard, from, _entries.AsMemory(0, count), _abort.Token);
        if (read.Count == 0)
        {
            // Retention has freed events that a paused subscription or an old replay had still to read; or this is a gap between the events
            // of kept keys.
            if (_machine.OnGap(read.Next))
                _services.Logger.LogWarning("Shard {Shard}: sequences {From} to {To} are no longer kept. Deliveries of these events that were not settled have expired.", Shard, from, read.Next - 1);
            return read.Next > from;
        }
        var routed = await _scanRouter.RouteAsync(_entries.AsMemory(0, read.Count), _machine.Catalog, _abort.Token);
        _machine.OnScan(routed.Span, NowMs());
        return true;
    }

    private async Task DisableAsync(EndpointGone gone)
    {
        try
        {
            await gone.DisableAsync(_services);
        }
        catch (StoreUnavailableException failure)
        {
            // The next attempt at the endpoint reports the same again.
            _services.Logger.LogWarning(failure,
                "Subscription {Subscription} could not be disabled, although its endpoint reported that it is gone. The next attempt "
                + "tries again.", gone.Subscription.FullId);
        }
    }

    private async ValueTask SleepAsync()
    {
        var due = _term.Holds ? Math.Min(Math.Min(_machine.NextDueMs, _commits.DueAtMs), AttemptsDueMs) : long.MaxValue;
        if (due != long.MaxValue)
        {
            var wait = TimeSpan.FromMilliseconds(Math.Clamp(due - NowMs(), 1, 3_600_000));
            _alarm ??= _services.Time.CreateTimer(_ => Kick(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _alarm.Change(wait, Timeout.InfiniteTimeSpan);
        }
        // The wait takes no token: an abort also kicks. If that kick was already taken, there would be no other, so the token is checked
        // here.
        if (!_abort.IsCancellationRequested)
            await _mailbox.Reader.WaitToReadAsync();
    }

    // The caller also waits for the skips that the machine has just made.
    private Task WhenSaved()
    {
        HandOverSkips();
        return _commits.WhenSaved();
    }

    // The changes go with the shard's own commits, which are numbered in one series.
    private ValueTask<Task> SaveAsync(string application, ApplicationChanges changes) =>
        CallAsync(_ => _commits.Add(application, changes), CancellationToken.None);

    private void Kick()
    {
        if (Interlocked.Exchange(ref _wakePosted, 1) == 0)
            Post(ShardMessage.Wake.Instance);
    }

    // The mailbox is unbounded, so this fails only when the host has ended.
    private bool Post(ShardMessage message) => _mailbox.Writer.TryWrite(message);

    private long NowMs() => _services.Clock.NowMs;
}
