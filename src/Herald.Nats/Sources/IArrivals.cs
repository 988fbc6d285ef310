namespace Herald.Nats.Sources;

/// <summary>Received messages in a bounded buffer. One caller at a time takes them.</summary>
internal interface IArrivals : IAsyncDisposable
{
    /// <summary>The origin of the messages, for ids and for operators.</summary>
    string Stream { get; }

    /// <summary>Completes when messages can come.</summary>
    /// <exception cref="NatsSetupException">They cannot come with the present settings.</exception>
    Task Ready { get; }

    /// <summary>The number of messages that were dropped because there was no room for them.</summary>
    long Dropped { get; }

    /// <summary>The number of messages in the stream that are not durable in Herald yet; null when it is unknown.</summary>
    long? Lag { get; }

    /// <returns>False when there will be no more messages.</returns>
    ValueTask<bool> WaitAsync(CancellationToken cancel);

    bool TryTake(out Arrival arrival);

    /// <summary>Records that this many more messages are durable, and which one is the last. Does not wait; one caller at a time.</summary>
    void Keep(in Arrival last, int count);

    /// <summary>Requests no more messages. Messages of a stream are left to the next reader; others can still be taken.</summary>
    Task StopAsync(CancellationToken cancel);
}
