namespace Herald.Nats.Sources;

/// <summary>Messages as they come, in a bounded buffer. Taken by one at a time.</summary>
internal interface IArrivals : IAsyncDisposable
{
    /// <summary>Where they come from, for ids and for people.</summary>
    string Stream { get; }

    /// <summary>Complete when messages can come.</summary>
    /// <exception cref="NatsSetupException">They cannot, as it is set up.</exception>
    Task Ready { get; }

    /// <summary>Messages that were lost because there was no room for them.</summary>
    long Dropped { get; }

    /// <summary>Messages that are there and not durable here yet; null when nobody knows.</summary>
    long? Lag { get; }

    /// <returns>False when there will be no more.</returns>
    ValueTask<bool> WaitAsync(CancellationToken cancel);

    bool TryTake(out Arrival arrival);

    /// <summary>So many more, the last of which is this one, are durable. Does not wait; called by one at a time.</summary>
    void Keep(in Arrival last, int count);

    /// <summary>Asks for no more. What a stream keeps is left to whoever reads next; what none keeps can still be taken.</summary>
    Task StopAsync(CancellationToken cancel);
}
