namespace Herald.Hosting;

/// <summary>The server cannot start for a reason that its operator can remove; the message says how.</summary>
public sealed class ServerStartException(string message, Exception? inner = null) : Exception(message, inner);
