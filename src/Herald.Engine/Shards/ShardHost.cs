using System.Threading.Channels;
using Herald.Engine.Applications;
using Herald.Engine.Catalogs;
using Herald.Engine.Events;
using Herald.Engine.Owning;
using Herald.Engine.Routing;
using Herald.Engine.Sending;
using Herald.Engine.Stores;
using Microsoft.Extensions.Logging;

namespace Herald.Engine.Shards;

/// <summary>
/// The loop around one <see cref="ShardMachine"/>: everything that waits is here, everything that decides is there. A round:
/// 1. take messages, 2. let time pass, 3. read at the head, 4. read for the scan, 5. ask for permits, 6. start attempts,
/// 7. commit what is due. It sleeps when a round brought nothing,
/// and does nothing but take messages while its lease has run out.
/// </summary>
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

    // Attempts whose payload has its place among the bytes in flight, and may be read.
    private readonly List<StartAttempt> _entered = [];
    private readonly IndexEntry[] _entries = new IndexEntry[HeadChunk];
    private readonly TopicHolds _holds = new();
    private readonly CancellationTokenSource _abort = new();

    // Bounded by what can be under way: each attempt in flight, each permit asked for, one commit, one wake.
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

    /// <param name="term">How long the lease holds; its owner renews it. It ends with the host.</param>
    public ShardHost(Lease lease, LeaseTerm term, ShardServices services, EngineOptions options, ShardSettings settings, int seed)
    {
        (_lease, _term, _services) = (lease, term, services);
#pragma warning disable CA5394 // Spreads retries; no secret hangs on it.
        _machine = new ShardMachine(lease.Shard, settings, new Random(seed));
#pragma warning restore CA5394
        _headRouter = new Router(services.Log, lease.Shard);
        _scanRouter = new Router(services.Log, lease.Shard);
        _loader = new EventLoader(services.Log, lease.Shard);
        _applications = new ApplicationRuns(lease.Shard, services, SaveAsync);
        _commits = new ShardCommits(lease, _machine, _applications, services, options, message => Post(message), _abort.Token);
    }

    public ShardId Shard => _lease.Shard;
    public long Epoch => _lease.Epoch;

    /// <summary>To look at while its loop stands still.</summary>
    public ShardMachine Machine => _machine;
    public bool HasUnsaved => _commits.HasUnsaved;

    /// <summary>The edition of the catalog that its machine works with.</summary>
    public long CatalogFollowed => Volatile.Read(ref _catalogFollowed);

    /// <summary>Ends when the loop and all attempts have: in peace after <see cref="StopAsync"/>, or with what made it impossible to go on.</summary>
    public Task Ended => _loop;

    /// <summary>It has stopped when it was asked to, and all it did is saved; one that was aborted meanwhile never says so.</summary>
    public bool HasSavedAll { get; private set; }

    /// <summary>Ends when the shard has been loaded, or will not be.</summary>
    public Task Ready => _ready.Task;

    public void Start() => _loop = RunAsync();

    public void OnHead(long sequence)
    {
        Atomically.Raise(ref _head, sequence);
        _applications.OnHead(sequence);
        Kick();
    }

    public void OnCatalog(CatalogUpdate update) => Post(new ShardMessage.CatalogChanged(update));

    /// <summary>If it is held there: the order may be late, or doubled.</summary>
    public void Release(ReleaseOrder order) => Post(new ShardMessage.Call(
        machine => machine.OnRelease(order.Subscription, order.Sequence, order.Discard), () => { }));

    /// <summary>Lets a held key go on, or gives up its head.</summary>
    /// <returns>Whether something is held there; and what ends when the order is durable, so that no crash forgets it.</returns>
    public ValueTask<(bool Done, Task Saved)> ReleaseAsync(ReleaseOrder order, CancellationToken cancel) => CallAsync(
        machine => machine.OnRelease(order.Subscription, order.Sequence, order.Discard) ? (true, WhenSaved()) : (false, Task.CompletedTask),
        cancel);

    /// <summary>The term has been moved on: if it had run out, there is work again.</summary>
    public void OnRenewed() => Kick();

    /// <summary>Runs a question or an order between two steps of the machine.</summary>
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

    /// <summary>Ends when everything the machine has done by now is durable.</summary>
    public async ValueTask SaveAsync()
    {
        var saved = await CallAsync(_ => WhenSaved(), CancellationToken.None);
        await saved;
    }

    /// <summary>By application: how much of this shard's log it has not read.</summary>
    public IEnumerable<(string Application, long Unread)> Unread() => _applications.Unread();

    void IPermitTaker.Grant(int subscription, PermitKind kind, int count) => Post(new ShardMessage.Granted(subscription, kind, count));

    void IPermitTaker.EndpointBack(int subscription) => Post(new ShardMessage.EndpointBack(subscription));

    /// <summary>Takes no more; attempts in flight end by themselves, or are given up with the term; then all is committed.</summary>
    public Task StopAsync()
    {
        _applications.Stop();
        Post(new ShardMessage.Call(_ => _stopping = true, () => { }));
        return _loop;
    }

    /// <summary>
    /// While it stops: once each attempt that is left has been under way for so long, all are given up here, since their receivers do not answer.
    /// It may have ended already.
    /// </summary>
    public void LimitAttempts(TimeSpan attemptsLast) => Post(new ShardMessage.Call(_ => _attemptsLast = attemptsLast, () => { }));

    /// <summary>Stops at once: nothing is saved any more, attempts in flight are given up.</summary>
    public void Abort()
    {
        _term.End();
        // Not awaited: who goes on inside this call is at most the loop itself, which then ends.
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
            // Told by Ended already.
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
                    // A shard with much to read must not keep its thread: there are more shards than threads.
                    if (busy)
                        await Task.Yield();
                    else
                        await SleepAsync();
                }
                catch (StoreUnavailableException failure)
                {
                    // Nothing of the machine has changed by a reading that failed: the next round reads the same again.
                    _services.Logger.LogWarning(failure, "Shard {Shard} cannot read; it tries again.", Shard);
                    await Task.Delay(RetryAfter, _services.Time, _abort.Token);
                }
            }
        }
        catch (OperationCanceledException) when (_abort.IsCancellationRequested)
        {
            // Asked to.
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

    /// <returns>Whether there is more to do at once; null when it has stopped.</returns>
    private async ValueTask<bool?> GoRoundAsync()
    {
        TakeMessages();
        if (_applications.Failure is { } failure)
            throw new InvalidOperationException($"Shard {Shard}: an application cannot go on.", failure);
        if (!_term.Holds)
        {
            // Nothing may be sent, and whether anything may be saved is for the next renewal to say: it kicks, or ends this.
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
        // At the same time: each is a round trip, and what the shard has to deliver waits for both.
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
                "Shard {Shard}: of its saved progress {Count} records or parts are damaged or missing. All of its subscriptions go on from "
                + "sequence {From}, and repeat what had been delivered since then.",
                Shard, saved.Damage, saved.Routed + 1);
        else if (saved.DamagedSubscriptions.Count == 0)
            _services.Logger.LogWarning("Shard {Shard}: a note of what had been delivered is damaged. That is delivered again.", Shard);
        foreach (var number in saved.DamagedSubscriptions)
        {
            if (catalog.ByNumber.TryGetValue(number, out var entry))
                _services.Logger.LogError(
                    "Shard {Shard}: the saved progress of subscription {Subscription} is damaged. It goes on from sequence {From}, and repeats "
                    + "what had been delivered since then.",
                    Shard, entry.Subscription.Id, saved.States[number].Position + 1);
        }
    }

    // 3.
    private async ValueTask<bool> ReadHeadAsync()
    {
        if (_machine.Routed >= Volatile.Read(ref _head))
            return false;
        var read = await _services.Log.ReadIndexAsync(Shard, _machine.Routed + 1, _entries, _abort.Token);
        if (read.Count == 0)
        {
            // Where progress is lost, it begins before the first that is kept: between events that are kept for keys that wait.
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

    // 4.
    private async ValueTask<bool> ReadForScanAsync()
    {
        if (!_machine.WantsScan(out var from, out var count))
            return false;
        var read = await _services.Log.ReadIndexAsync(Shard, from, _entries.AsMemory(0, count), _abort.Token);
        if (read.Count == 0)
        {
            // Retention has freed what a paused subscription, or an old replay, had still to read; or what lies between the events of a key that waits.
            if (_machine.OnGap(read.Next))
                _services.Logger.LogWarning("Shard {Shard}: sequences {From} to {To} are no longer kept; what was unsettled there has expired.", Shard, from, read.Next - 1);
            return read.Next > from;
        }
        var routed = await _scanRouter.RouteAsync(_entries.AsMemory(0, read.Count), _machine.Catalog, _abort.Token);
        _machine.OnScan(routed.Span, NowMs());
        return true;
    }

    private async Task DisableAsync(string subscription, int endpointRevision, string reason)
    {
        try
        {
            await _services.Catalog.DisableAsync(subscription, endpointRevision, reason, CancellationToken.None);
        }
        catch (StoreUnavailableException failure)
        {
            // The next attempt at the endpoint says the same again.
            _services.Logger.LogWarning(failure, "Subscription {Subscription} could not be disabled; its endpoint is gone.", subscription);
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
        // Without the token: whoever cancels it kicks as well. If that kick has been taken already, nobody else would.
        if (!_abort.IsCancellationRequested)
            await _mailbox.Reader.WaitToReadAsync();
    }

    // Skips that the machine has just made are among what is waited for.
    private Task WhenSaved()
    {
        HandOverSkips();
        return _commits.WhenSaved();
    }

    // Its commit is numbered as all others of this shard are, so that it is one of them.
    private ValueTask<Task> SaveAsync(string application, ApplicationChanges changes) =>
        CallAsync(_ => _commits.Add(application, changes), CancellationToken.None);

    private void Kick()
    {
        if (Interlocked.Exchange(ref _wakePosted, 1) == 0)
            Post(ShardMessage.Wake.Instance);
    }

    // Unbounded: it fails only when the host has ended.
    private bool Post(ShardMessage message) => _mailbox.Writer.TryWrite(message);

    private long NowMs() => _services.Clock.NowMs;
}
