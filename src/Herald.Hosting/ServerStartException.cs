namespace Herald.Hosting;

/// <summary>The server cannot start for a reason that the operator can remove. The message says how.</summary>
public class ServerStartException(string message, Exception? inner = null) : Exception(message, inner);
