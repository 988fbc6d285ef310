using Herald.Hosting;

namespace Herald.Nats;

/// <summary>NATS cannot be used with the present settings; the message says what to change.</summary>
public sealed class NatsSetupException(string message, Exception? inner = null) : ServerStartException(message, inner);
