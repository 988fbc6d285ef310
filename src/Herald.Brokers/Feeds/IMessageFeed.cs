namespace Herald.Brokers.Feeds;

/// <summary>The messages of a broker, in a bounded buffer. A <see cref="FeedPump"/> takes them, one call at a time.</summary>
public interface IMessageFeed : IAsyncDisposable
{
    /// <summary>Completes when messages can come. The result is false when it is known that this can take long.</summary>
    /// <exception cref="BrokerSetupException">They cannot come with the present settings.</exception>
    Task<bool> Ready { get; }

    /// <summary>Completes when messages may have come.</summary>
    /// <returns>False when there will be no more messages.</returns>
    ValueTask<bool> WaitAsync(CancellationToken cancel);

    /// <summary>Adds the next message to a batch, if one has come. It is not called during <see cref="WaitAsync"/>.</summary>
    bool TryTake(FeedBatch into);

    /// <summary>Requests no more messages. After that, <see cref="WaitAsync"/> soon returns false.</summary>
    Task StopAsync(CancellationToken cancel);
}
