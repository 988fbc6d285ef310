namespace Herald.Nats;

/// <summary>The server does not allow it, or would not take it: it was not done.</summary>
/// <param name="isTooLarge">It is the message's own fault: no server of these settings will ever take it.</param>
public sealed class NatsRefusedException(string message, bool isTooLarge = false) : NatsException(message)
{
    public bool IsTooLarge { get; } = isTooLarge;
}
