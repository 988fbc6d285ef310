namespace Herald.Lab.Processes;

/// <summary>A process of the laboratory could not be started, or has ended early. The message contains its output.</summary>
public sealed class ChildProcessException(string message) : Exception(message);
