using System.Collections.Concurrent;
using Herald.Engine;
using Herald.Engine.Events;
using Herald.Engine.Inspection;
using Herald.Engine.Stores;
using Herald.Orders.Activity;
using Microsoft.Extensions.Logging;

namespace Herald.Orders.Registrations;

/// <summary>Finds handlers that show signs of life but take no events although there are some.</summary>
/// <remarks>
/// It works only while other handlers wait for a customer, because otherwise no handler could take over. It looks at a few handlers per
/// round, and at each handler at most four times a window.
/// </remarks>
internal sealed class TakingWatch(HeraldEngine engine, RecentActivity memory, TimeProvider time, ILogger logger)
{
    /// <summary>Handlers per round; it looks at them one after another. If there are more, finding a stalled one takes longer.</summary>
    public const int MostAtOnce = 64;

    private static readonly TimeSpan Round = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Guid, Known> _known = new();
    private long _wantedAt = long.MinValue;
    private long _wantedFor;

    /// <summary>A handler waits for a customer. The watch then works for twice the given window.</summary>
    public void Want(TimeSpan window)
    {
        Volatile.Write(ref _wantedFor, window.Ticks);
        Volatile.Write(ref _wantedAt, time.GetTimestamp());
    }

    public bool HasStalled(Registration registration) =>
        _known.TryGetValue(registration.Customer, out var known) && known.Epoch == registration.Epoch && known.Stalled;

    /// <param name="list">The present registrations; null before the customer watch has started.</param>
    /// <param name="lives">Whether a handler lives. The others are replaced anyway.</param>
    public async Task RunAsync(Func<RegistrationList?> list, Func<Registration, bool> lives, CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(Round, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancel))
            {
                if (!IsWanted || list() is not { } present)
                {
                    _known.Clear();
                    continue;
                }
                foreach (var customer in _known.Keys.Where(customer => present.Of(customer) is null).ToList())
                    _known.TryRemove(customer, out _);
                foreach (var registration in present.All.Where(one => IsDue(one) && lives(one)).OrderBy(LookedAt).Take(MostAtOnce).ToList())
                    await LookAsync(registration, cancel);
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
        }
    }

    private bool IsWanted =>
        Volatile.Read(ref _wantedAt) is var at and not long.MinValue
            && time.GetElapsedTime(at) <= new TimeSpan(Volatile.Read(ref _wantedFor)) * 2;

    private long LookedAt(Registration registration) => _known.TryGetValue(registration.Customer, out var known) ? known.LookedAt : 0;

    private bool IsDue(Registration registration) =>
        !registration.IsPaused && !registration.IsGivenUp
        && (!_known.TryGetValue(registration.Customer, out var known) || known.Epoch != registration.Epoch || time.GetElapsedTime(known.LookedAt) >= registration.Mark.Window / 4);

    private async ValueTask LookAsync(Registration registration, CancellationToken cancel)
    {
        try
        {
            _known.TryGetValue(registration.Customer, out var before);
            var newest = memory.Find(registration.Customer)?.Newest;
            var lag = await engine.Inspector.LagAsync(registration.Subscription.Id, cancel);
            var sample = new TakingSample(
                lag is not null && Undelivered.IsIn(lag) ? lag.OldestWaitingAt : null, newest,
                newest is { } place && await IsTakenAsync(registration, place, cancel));
            var now = time.GetTimestamp();
            if (before is null || before.Epoch != registration.Epoch)
            {
                _known[registration.Customer] = new(registration.Epoch, sample, now, now, false);
                return;
            }
            var previousTaken = before.Sample.Newest is { } previous
                && (previous == newest ? sample.NewestTaken : await IsTakenAsync(registration, previous, cancel));
            var since = sample.ShowsTaking(before.Sample, previousTaken) ? now : before.Since;
            _known[registration.Customer] = new(
                registration.Epoch, sample, now, since, time.GetElapsedTime(since, now) >= registration.Mark.Window);
        }
        catch (StoreUnavailableException failure)
        {
            // A missing answer is no reason to replace a handler.
            logger.LogInformation(
                failure,
                "Herald cannot find out now whether the handler of customer {Customer} accepts events, so the handler keeps its customer.",
                registration.Customer);
            _known.TryRemove(registration.Customer, out _);
        }
    }

    private async ValueTask<bool> IsTakenAsync(Registration registration, EventPlace place, CancellationToken cancel)
    {
        var found = new Found();
        await engine.Log.ReadEventsAsync(place.Shard, new[] { place.Sequence }, found, cancel);
        if (found.Event is not { } view || await engine.Catalog.FindTopicAsync(OrderEvents.Topic, cancel) is not { } topic)
            return false;
        var story = await engine.Inspector.FindEventAsync(topic, view.IdText, view.KeyText, cancel);
        return story?.Deliveries.FirstOrDefault(delivery => delivery.SubscriptionId == registration.Subscription.Id)?.Status == DeliveryStatus.Delivered;
    }

    /// <param name="Since">The handler has taken nothing since then.</param>
    private sealed record Known(long Epoch, TakingSample Sample, long LookedAt, long Since, bool Stalled);

    private sealed class Found : IEventSink
    {
        public EventView? Event { get; private set; }

        public void OnEvent(long sequence, ReadOnlySpan<byte> record) => Event = new EventView(record.ToArray());

        /// <summary>A damaged event becomes a dead letter, so it counts as not taken.</summary>
        public void OnDamaged(long sequence, string damage) { }
    }
}
