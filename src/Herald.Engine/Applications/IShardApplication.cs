namespace Herald.Engine.Applications;

/// <summary>An application in one shard. It is called for one batch after another.</summary>
public interface IShardApplication
{
    /// <summary>
    /// The longest time between two calls without events (ticks), for work that depends on time. A batch can ask for an earlier tick with
    /// <see cref="ApplicationBatch.TickBy"/>.
    /// </summary>
    TimeSpan TickEvery { get; }

    /// <summary>
    /// Whether a tick can come before events that are in the log already. True: when a tick is due, it comes before the next piece of the
    /// log is read, and the first call in a shard is a tick. False: ticks come only when the whole log has been read.
    /// </summary>
    bool TicksUnderBacklog => false;

    /// <summary>Processes the next events, in the order of the log; a tick has none. It puts its changes into the batch.</summary>
    /// <remarks>
    /// It must remember nothing itself, for two reasons: after a failure it is called again with some of the same events, and it is called
    /// with later events before the changes of these are durable.
    /// </remarks>
    ValueTask TakeAsync(ApplicationBatch batch, CancellationToken cancel);
}
