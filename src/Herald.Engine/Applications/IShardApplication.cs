namespace Herald.Engine.Applications;

/// <summary>An application in one shard. It is called for one batch after another.</summary>
public interface IShardApplication
{
    /// <summary>How often it is called without events, for work that depends on time.</summary>
    TimeSpan TickEvery { get; }

    /// <summary>Processes the next events, in the order of the log; a tick has none. It puts its changes into the batch.</summary>
    /// <remarks>
    /// It must remember nothing itself, for two reasons: after a failure it is called again with some of the same events, and it is called
    /// with later events before the changes of these are durable.
    /// </remarks>
    ValueTask TakeAsync(ApplicationBatch batch, CancellationToken cancel);
}
