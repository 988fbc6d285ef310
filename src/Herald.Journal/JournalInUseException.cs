namespace Herald.Journal;

public sealed class JournalInUseException(string directory, string processId)
    : IOException($"The journal in '{directory}' is in use by process {(processId.Length == 0 ? "(unknown)" : processId)}. Only one process can use a journal. Stop that process first.")
{
    public string Directory { get; } = directory;
    public string ProcessId { get; } = processId;
}
