using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Herald.Cli.Transfer;

/// <summary>Gives a file another name, so that a loss of power cannot take the name. The content must be durable before.</summary>
internal static partial class DurableRename
{
    public static void Run(string from, string to)
    {
        File.Move(from, to, overwrite: true);
        // Windows cannot sync names.
        if (!OperatingSystem.IsWindows())
            SyncNames(Path.GetDirectoryName(Path.GetFullPath(to))!);
    }

    // The user may have no right to read the directory, and some file systems have no syncs of directories.
    private static void SyncNames(string directory)
    {
        using var handle = Libc.Open(directory, Libc.OpenReadOnly);
        if ((handle.IsInvalid || Libc.Sync(handle) != 0) && Marshal.GetLastPInvokeError() is not (Libc.Eacces or Libc.Einval))
            throw new IOException($"The names in '{directory}' could not be synced: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    private static partial class Libc
    {
        public const int OpenReadOnly = 0, Eacces = 13, Einval = 22;

        [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        public static partial SafeFileHandle Open(string path, int flags);

        [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
        public static partial int Sync(SafeFileHandle file);
    }
}
