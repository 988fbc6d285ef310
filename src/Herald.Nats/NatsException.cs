namespace Herald.Nats;

/// <summary>A call to NATS has failed. The derived types say what follows from it.</summary>
public abstract class NatsException(string message, Exception? inner = null) : Exception(message, inner);
