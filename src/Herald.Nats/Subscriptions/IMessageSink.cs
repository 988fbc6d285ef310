namespace Herald.Nats.Subscriptions;

/// <summary>Where messages of an interest go.</summary>
public interface IMessageSink
{
    /// <summary>Called by the loop that reads for all: it must not wait.</summary>
    void Take(NatsMessage message);

    /// <summary>There will be no more.</summary>
    /// <param name="failure">Null when nothing is wrong.</param>
    void End(NatsException? failure);
}
