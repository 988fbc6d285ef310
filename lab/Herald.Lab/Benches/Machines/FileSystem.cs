using System.Runtime.InteropServices;

namespace Herald.Lab.Benches.Machines;

/// <summary>Finds the kind of file system that a directory is on.</summary>
internal static class FileSystem
{
    private const int StatFields = 32;
    private const long Tmpfs = 0x01021994, Ramfs = 0x858458F6;

    /// <summary>A file system in memory. A sync costs nothing there, so figures measured on it say nothing about durability.</summary>
    public static bool IsInMemory(DirectoryInfo directory) => IsInMemory(KindOf(directory));

    internal static bool IsInMemory(long kind) => kind is Tmpfs or Ramfs;

    /// <summary>The number that statfs(2) returns for it.</summary>
    private static long KindOf(DirectoryInfo directory)
    {
        var stat = new long[StatFields];
        if (Libc.StatFileSystem(directory.FullName, stat) != 0)
            throw new IOException($"{directory.FullName}: statfs failed: {Marshal.GetLastPInvokeErrorMessage()}");
        return stat[0];
    }
}
