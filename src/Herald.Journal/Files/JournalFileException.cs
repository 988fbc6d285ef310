using System.Runtime.InteropServices;

namespace Herald.Journal.Files;

/// <summary>A system call on a file of the journal failed.</summary>
public sealed class JournalFileException : IOException
{
    public JournalFileException(string operation, string path, int error)
        : base($"{operation} of '{path}' failed: {Marshal.GetPInvokeErrorMessage(error)} (errno {error}).")
    {
        Operation = operation;
        Path = path;
        Error = error;
    }

    public string Operation { get; }
    public string Path { get; }
    public int Error { get; }
}
