namespace Herald.Cli.Processes;

/// <summary>A process of our own could not be started, or has ended early; the message holds what it printed.</summary>
internal sealed class ChildProcessException(string message) : Exception(message);
