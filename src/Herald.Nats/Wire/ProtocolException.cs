namespace Herald.Nats.Wire;

/// <summary>What came is not NATS's protocol. Nothing after it can be understood: the connection ends.</summary>
public sealed class ProtocolException(string message, Exception? inner = null) : Exception(message, inner);
