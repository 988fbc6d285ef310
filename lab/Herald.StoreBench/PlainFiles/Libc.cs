using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Herald.StoreBench.PlainFiles;

/// <summary>System calls that the runtime does not offer.</summary>
internal static partial class Libc
{
    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    public static partial int SyncData(SafeFileHandle file);

    /// <summary>Returns the error number itself.</summary>
    [LibraryImport("libc", EntryPoint = "posix_fallocate")]
    public static partial int Allocate(SafeFileHandle file, long offset, long length);

    /// <summary>Writes all unsaved data of all files to disk.</summary>
    [LibraryImport("libc", EntryPoint = "sync")]
    public static partial void SyncAll();
}
