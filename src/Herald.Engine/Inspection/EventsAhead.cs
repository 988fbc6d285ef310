using Herald.Engine.Events;
using Herald.Engine.Stores;

namespace Herald.Engine.Inspection;

/// <summary>
/// Reads the events behind which the deliveries of one story wait. Often many deliveries wait behind the same one, so each is read once.
/// </summary>
internal sealed class EventsAhead(ShardId shard, IStateReader state, EventFinder events, OneSave save)
{
    /// <summary>Each costs two readings, so of further events only the status is told.</summary>
    public const int Most = 100;

    private readonly Dictionary<long, Known> _known = [];

    /// <summary>The event, and why its last attempt for the subscription failed. Null for what is not known.</summary>
    public async ValueTask<(EventView? Event, string? LastReason)> ReadAsync(
        DeliveryView ahead, int subscription, CancellationToken cancel)
    {
        if (!_known.TryGetValue(ahead.Sequence, out var known))
        {
            if (_known.Count >= Most)
                return default;
            known = new(
                await events.ReadAsync(shard, ahead.Sequence, cancel),
                await DeliveryHistory.ReadOneAsync(state, shard, ahead.Sequence, cancel), save.IsDone);
            _known.Add(ahead.Sequence, known);
        }
        if (ahead.Attempts > 0 && !known.IsSaved && known.History.LastReason(subscription) is null)
        {
            // A failure of a moment ago is not in the history yet.
            await save.SaveAsync(cancel);
            known = known with { History = await DeliveryHistory.ReadOneAsync(state, shard, ahead.Sequence, cancel), IsSaved = true };
            _known[ahead.Sequence] = known;
        }
        return (known.Event, known.History.LastReason(subscription));
    }

    /// <param name="IsSaved">The history was read after the shard had saved.</param>
    private sealed record Known(EventView? Event, DeliveryHistory History, bool IsSaved);
}
