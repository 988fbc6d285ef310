using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Herald.Lab.Benches.Machines;

/// <summary>System calls that the runtime does not offer. For Linux, 64 bits.</summary>
internal static partial class Libc
{
    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    public static partial int SyncData(SafeFileHandle file);

    /// <summary>Returns the error number itself.</summary>
    [LibraryImport("libc", EntryPoint = "posix_fallocate")]
    public static partial int Allocate(SafeFileHandle file, long offset, long length);

    /// <param name="into">Longer than <c>struct statfs</c>. The first field of that structure is the kind of the file system.</param>
    [LibraryImport("libc", EntryPoint = "statfs", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int StatFileSystem(string path, [Out] long[] into);

    /// <param name="left">Where to write the remaining time when a signal interrupts the sleep; 0 for nowhere.</param>
    [LibraryImport("libc", EntryPoint = "nanosleep")]
    public static partial int Sleep(in TimeSpec wait, nint left);

    /// <summary>Writes all unsaved data of all files to disk.</summary>
    [LibraryImport("libc", EntryPoint = "sync")]
    public static partial void SyncAll();

    [StructLayout(LayoutKind.Sequential)]
    public struct TimeSpec
    {
        public long Seconds, Nanoseconds;
    }
}
