namespace Herald.Lab.Processes;

/// <summary>A process of our own could not be started, or has ended early; the message holds what it printed.</summary>
public sealed class ChildProcessException(string message) : Exception(message);
