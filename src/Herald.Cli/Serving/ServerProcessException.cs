namespace Herald.Cli.Serving;

/// <summary>A server of our own could not be started; the message holds what it printed.</summary>
internal sealed class ServerProcessException(string message) : Exception(message);
