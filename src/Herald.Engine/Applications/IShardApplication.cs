namespace Herald.Engine.Applications;

/// <summary>An application in one shard. Called for one batch after another.</summary>
public interface IShardApplication
{
    /// <summary>How often it is called although nothing has come, for what time brings.</summary>
    TimeSpan TickEvery { get; }

    /// <summary>
    /// Takes the next events, in the order of the log, or none. What it wants saved it puts into the batch. It may be called again with some of the same events after it has
    /// failed, and with those that follow before these are durable: so it remembers nothing itself.
    /// </summary>
    ValueTask TakeAsync(ApplicationBatch batch, CancellationToken cancel);
}
