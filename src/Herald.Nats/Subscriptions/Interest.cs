namespace Herald.Nats.Subscriptions;

/// <summary>What a connection has subscribed.</summary>
/// <param name="Sid">Its number, by which servers name it.</param>
public sealed record Interest(long Sid, string Subject, string? Queue, IMessageSink Sink)
{
    private volatile bool _isLeaving;

    /// <summary>No server is asked for it any more; what is on its way is still taken.</summary>
    public bool IsLeaving { get => _isLeaving; set => _isLeaving = value; }
}
