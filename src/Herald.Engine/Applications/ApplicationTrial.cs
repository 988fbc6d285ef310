using Herald.Engine.Catalogs;
using Herald.Engine.Events;
using Herald.Engine.Publishing;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Applications;

/// <summary>Runs an application's code on batches without a shard, for tests of applications. Nothing is saved: the caller gets the changes.</summary>
public sealed class ApplicationTrial
{
    private readonly ApplicationBatch _batch;
    private long _sequence;

    /// <param name="state">Returns the state that the caller kept from earlier changes.</param>
    public ApplicationTrial(ShardId shard, string application, IStateReader state, Catalog catalog, Intake intake) =>
        _batch = new ApplicationBatch(shard, application, new StateCache(state, shard, application, long.MaxValue), catalog, intake);

    /// <summary>Bytes of state, events and dead letters in the last batch, as the limit of a commit counts them.</summary>
    public long Bytes { get; private set; }

    /// <summary>The time for which the last batch asked for a tick, in Unix milliseconds. Null when it asked for none.</summary>
    public long? TickAtMs => _batch.TickAtMs;

    /// <summary>Encodes the next event of the log.</summary>
    public ApplicationEvent Next(Topic topic, in EventDraft draft, DateTimeOffset acceptedAt)
    {
        ArgumentNullException.ThrowIfNull(topic);
        var record = new byte[EventEncoder.LengthOf(draft, topic.NameUtf8.Length, default, 0)];
        EventEncoder.Write(draft, topic.NameUtf8, default, 0, default, acceptedAt.ToUnixTimeMilliseconds(), 0, record);
        return new(++_sequence, new EventView(record));
    }

    public async ValueTask<ApplicationChanges> ProcessAsync(
        IShardApplication application, ApplicationEvent[] events, DateTimeOffset now, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(application);
        _batch.Begin(events, now.ToUnixTimeMilliseconds());
        await application.TakeAsync(_batch, cancel);
        Bytes = _batch.Bytes;
        return _batch.Take(_sequence + 1);
    }
}
