using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Herald.Journal.Files;

/// <summary>System calls that the runtime lacks, or whose errors it hides: its flush treats some failures of fsync as success.</summary>
internal static partial class Libc
{
    public const int Eintr = 4, Ewouldblock = 11, Eacces = 13, Einval = 22, Enospc = 28, Erofs = 30, Enosys = 38, Eopnotsupp = 95,
        Edquot = 122;
    public const int LockExclusive = 2, LockNonBlocking = 4, LockRelease = 8;
    public const int OpenReadOnly = 0, OpenReadWrite = 2, OpenCreate = 0x40, OpenCloseOnExec = 0x80000;

    /// <summary>On x64, the value of Arm64 means something else, and the other way round.</summary>
    public static readonly int OpenDirectory = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 : 0x10000;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial SafeFileHandle Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "pwrite", SetLastError = true)]
    public static unsafe partial nint Write(SafeFileHandle file, byte* bytes, nint count, long offset);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    public static partial int SyncData(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int Sync(SafeFileHandle file);

    /// <summary>Returns the error number itself; does not set errno.</summary>
    [LibraryImport("libc", EntryPoint = "posix_fallocate")]
    public static partial int Allocate(SafeFileHandle file, long offset, long length);

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    public static partial int Fallocate(SafeFileHandle file, int mode, long offset, long length);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    public static partial int Truncate(SafeFileHandle file, long length);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    public static partial int Lock(SafeFileHandle file, int operation);
}
