namespace Herald.Nats.Wire;

/// <summary>What a server says.</summary>
internal enum FrameKind
{
    Info,
    Message,
    Ping,
    Pong,
    Ok,
    Error,
}
