using System.Buffers.Binary;
using System.Text;
using System.Threading.Channels;
using Herald.Engine.Basics;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Microsoft.Extensions.Logging;

namespace Herald.Engine.Applications;

/// <summary>
/// The loop of one application in one shard. It reads events, lets the application process them, and passes the changes to the shard's
/// commits. While these become durable, it works on the next batch.
/// </summary>
/// <param name="save">Passes changes to the shard's commits. The inner task completes when they are durable.</param>
internal sealed class ApplicationRun(
    IApplication application, ShardId shard, ApplicationServices services, Func<string, ApplicationChanges, ValueTask<Task>> save)
{
    /// <summary>The name of the state that holds how far each application has read; the key is the application's name.</summary>
    public const string Places = "herald.applications";

    // After so many sequences without changes, save how far it has read, so that a long log of other topics is not read again at each
    // start.
    private const int WorthSaving = 65_536;
    private const long MostBytes = 8 << 20;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(250);

    private readonly IShardApplication _application = application.Begin(shard);
    private readonly ApplicationReader _reader = new(
        services.Log, services.CatalogStore, shard, application.Tenant.FullName(application.Topic),
        application.Tenant.FullName(application.Name), services.Time);
    private readonly StateCache _state = new(
        services.State, shard, application.Tenant.FullName(application.Name), services.CacheBytesOfShard);
    private readonly Channel<bool> _signal = System.Threading.Channels.Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private ApplicationBatch _batch = null!;
    private Task _saving = Task.CompletedTask;
    private long _head, _read, _savingNext, _settled, _tickDueMs;
    private bool _stopping;

    // The last call was a tick, and nothing has been read since then.
    private bool _hasTicked;

    // It is unknown how far the application has read. It does nothing, and the store keeps all events it may need.
    private bool _isLost;

    /// <summary>The application needs no event below this sequence.</summary>
    public long SettledBelow => Volatile.Read(ref _settled);

    /// <summary>Its full name.</summary>
    public string Name { get; } = application.Tenant.FullName(application.Name);

    /// <summary>How many sequences it has not read yet, for display.</summary>
    public long Unread => Math.Max(0, Volatile.Read(ref _head) - Volatile.Read(ref _read) + 1);

    public void OnHead(long sequence)
    {
        Atomically.Raise(ref _head, sequence);
        Kick();
    }

    /// <summary>The loop ends after the present batch.</summary>
    public void Stop()
    {
        Volatile.Write(ref _stopping, true);
        Kick();
    }

    /// <summary>
    /// Reads how far the application has read. Must come before anything is reported as settled, because the log is needed from there on.
    /// </summary>
    public async ValueTask LoadAsync(LogBounds bounds, CancellationToken cancel)
    {
        _batch = new ApplicationBatch(shard, Name, _state, services.Catalog.Of(application.Tenant), services.Intake);
        var next = await ReadPlaceAsync(cancel);
        _isLost = next is null;
        _read = _savingNext = _settled = Math.Max(next ?? 0, bounds.First);
        Atomically.Raise(ref _head, bounds.Last);
    }

    /// <summary>
    /// Reads the saved place. Null when it is damaged: from any other place, events would have their effect twice or never.
    /// </summary>
    private async ValueTask<long?> ReadPlaceAsync(CancellationToken cancel)
    {
        var failure = default(Exception);
        try
        {
            var saved = await services.State.ReadAsync(Places, [new StateKey(shard, Encoding.UTF8.GetBytes(Name))], cancel);
            if (saved[0] is not { } place)
                return 1;
            if (place.Length == sizeof(long) && BinaryPrimitives.ReadInt64LittleEndian(place.Span) is > 0 and var next)
                return next;
        }
        catch (Exception damage)
            when (damage is not (OperationCanceledException or StoreUnavailableException or StaleOwnerException or OutOfMemoryException))
        {
            failure = damage;
        }
        services.Metrics.ApplicationLost(Name);
        services.Logger.LogError(
            failure,
            "Application {Application} processes nothing in shard {Shard}, because the record of how far it has read there is damaged in the store. "
            + "Its events are kept, and deliveries continue. Restore the entry with its name in the "
                + "state of {Places}, or remove that entry, and "
            + "restart the node. Without the entry, the application processes all kept events again.",
            Name, shard, Places);
        return null;
    }

    public async Task RunAsync(CancellationToken abort)
    {
        await Task.Yield();
        if (_isLost)
            return;
        using var ticking = services.Time.CreateTimer(_ => Kick(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        using var ending = abort.Register(Kick);
        while (!abort.IsCancellationRequested)
        {
            try
            {
                if (!await GoRoundAsync(ticking, abort))
                    await _signal.Reader.ReadAsync(CancellationToken.None);
                if (Volatile.Read(ref _stopping))
                {
                    await _saving;
                    return;
                }
            }
            catch (OperationCanceledException) when (abort.IsCancellationRequested)
            {
                return;
            }
            catch (StoreUnavailableException failure)
            {
                services.Logger.LogWarning(
                    failure,
                    "Application {Application}, shard {Shard}: the store does not answer a read. Events "
                        + "of the application wait; Herald retries.",
                    Name, shard);
                await WaitAsync(abort);
            }
        }
    }

    /// <returns>Whether there may be more to do at once.</returns>
    private async ValueTask<bool> GoRoundAsync(ITimer ticking, CancellationToken abort)
    {
        if (_read > Volatile.Read(ref _head))
        {
            if (IsTickDue)
                await TakeAsync(ArraySegment<ApplicationEvent>.Empty, _read, abort);
            AwaitTick(ticking);
            return false;
        }
        if (MayOvertake)
            await TakeAsync(ArraySegment<ApplicationEvent>.Empty, _read, abort);
        var next = await _reader.ReadAsync(_read, abort);
        if (next == _read)
            return await PassMissingAsync(abort);
        _hasTicked = false;
        if (_reader.Events.Count > 0)
            await TakeAsync(_reader.Events, next, abort);
        if (_reader.Damaged.Count > 0)
            await SaveAsync(new ApplicationChanges(next, [], [], [.. _reader.Damaged]), 0);
        Volatile.Write(ref _read, next);
        if (_read - _savingNext >= WorthSaving)
            await SaveAsync(new ApplicationChanges(_read, [], [], []), 0);
        return true;
    }

    // A timer can fire early.
    private bool IsTickDue => services.Clock.NowMs >= _tickDueMs;

    // Only for an application that wants it, because such a tick overtakes events. Something is read between two such ticks, so an
    // application that asks for one tick after another still gets its events.
    private bool MayOvertake => _application.TicksUnderBacklog && !_hasTicked && IsTickDue;

    private long TickEveryMs => (long)_application.TickEvery.TotalMilliseconds;

    // Time passes between two ticks at the end of the log, even if the application asks for each of them at once.
    private void AwaitTick(ITimer ticking) => ticking.Change(
        TimeSpan.FromMilliseconds(Math.Clamp(_tickDueMs - services.Clock.NowMs, 1, Math.Max(1, TickEveryMs))), Timeout.InfiniteTimeSpan);

    /// <summary>Sets when the next tick is due, after a call that did not fail for want of the store.</summary>
    private void PlanTick(bool wasTick)
    {
        var now = services.Clock.NowMs;
        if (wasTick)
            (_tickDueMs, _hasTicked) = (now + TickEveryMs, true);
        // The application asks in times of the wall clock, and waits must not depend on that clock.
        if (_batch.TickAtMs is { } atMs)
            _tickDueMs = Math.Min(_tickDueMs, now + Math.Min(TickEveryMs, atMs <= _batch.NowMs ? 0 : atMs - _batch.NowMs));
    }

    // When an application is new to an old log, the first events may no longer be kept.
    private async ValueTask<bool> PassMissingAsync(CancellationToken abort)
    {
        var bounds = await services.Log.BoundsAsync(shard, abort);
        if (bounds.First <= _read)
            return false;
        services.Logger.LogWarning(
            "Application {Application}, shard {Shard}: sequences {From} to {To} are no longer kept. The application skips them.", Name,
            shard, _read, bounds.First - 1);
        Volatile.Write(ref _read, bounds.First);
        return true;
    }

    /// <summary>
    /// Passes events to the application. A batch that fails, or that wants too many bytes saved at once, is taken in halves. A single event
    /// that cannot be taken becomes a dead letter.
    /// </summary>
    private async ValueTask TakeAsync(ArraySegment<ApplicationEvent> events, long next, CancellationToken abort)
    {
        _batch.Begin(events, services.Clock.WallMs);
        string? failed = null;
        try
        {
            await _application.TakeAsync(_batch, abort);
        }
        catch (Exception defect) when (defect is not (OperationCanceledException or StoreUnavailableException or OutOfMemoryException))
        {
            services.Logger.LogError(
                defect,
                "Application {Application}, shard {Shard}: it failed on {Count} events from sequence {From}. An "
                    + "event that fails alone becomes a dead letter.",
                Name, shard, events.Count, events.Count == 0 ? next : events[0].Sequence);
            failed = defect.Message;
        }
        var most = services.MostCommitBytes;
        if (events.Count > 1 && (failed is not null || _batch.Bytes > Math.Min(MostBytes, most)))
        {
            var half = events.Count / 2;
            await TakeAsync(events[..half], events[half].Sequence, abort);
            await TakeAsync(events[half..], next, abort);
            return;
        }
        if (failed is null && _batch.Bytes > most)
        {
            failed = $"it produced {_batch.Bytes} bytes to save at once, more than the limit of {most}";
            services.Logger.LogError(
                "Application {Application}, shard {Shard}: at sequence {Sequence} {Failed}. The event becomes a dead letter.",
                Name, shard,
                events.Count == 0 ? next : events[0].Sequence, failed);
        }
        if (failed is not null)
        {
            _batch.Begin(events, services.Clock.WallMs);
            if (events.Count == 1)
                _batch.Reject(events[0].Sequence, $"Application {application.Name} failed on this event: {failed}");
        }
        PlanTick(wasTick: events.Count == 0);
        if (_batch.HasChanges || events.Count > 0)
            await SaveAsync(_batch.Take(next), events.Count);
        // After a failure, reading begins again after these events.
        Volatile.Write(ref _read, next);
    }

    private async ValueTask SaveAsync(ApplicationChanges changes, int events)
    {
        await _saving;
        _state.MakeRoom();
        _saving = WhenSavedAsync(await save(Name, changes), changes.Next, events);
        _savingNext = changes.Next;
    }

    private async Task WhenSavedAsync(Task saved, long next, int events)
    {
        await saved;
        Volatile.Write(ref _settled, next);
        services.Metrics.ApplicationSaved(Name, events);
    }

    private void Kick() => _signal.Writer.TryWrite(true);

    private async ValueTask WaitAsync(CancellationToken abort)
    {
        try
        {
            await Task.Delay(RetryAfter, services.Time, abort);
        }
        catch (OperationCanceledException)
        {
            // The loop checks the token.
        }
    }
}
