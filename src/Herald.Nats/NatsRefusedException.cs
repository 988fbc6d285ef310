namespace Herald.Nats;

/// <summary>The server does not allow the call, or would not take the message. Nothing was done.</summary>
/// <param name="isTooLarge">The message is too large: no server with these settings ever takes it.</param>
public sealed class NatsRefusedException(string message, bool isTooLarge = false) : NatsException(message)
{
    public bool IsTooLarge { get; } = isTooLarge;
}
