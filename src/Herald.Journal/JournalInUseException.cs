namespace Herald.Journal;

public sealed class JournalInUseException(string directory, string processId)
    : IOException($"The journal in '{directory}' is in use by process {(processId.Length == 0 ? "(unknown)" : processId)}. One journal serves one process.")
{
    public string Directory { get; } = directory;
    public string ProcessId { get; } = processId;
}
