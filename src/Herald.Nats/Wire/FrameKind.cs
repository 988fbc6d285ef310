namespace Herald.Nats.Wire;

/// <summary>What a server says.</summary>
public enum FrameKind
{
    Info,
    Message,
    Ping,
    Pong,
    Ok,
    Error,
}
