using System.Runtime.InteropServices;

namespace Herald.Lab.Benches.Machines;

/// <summary>What kind of file system a directory is on.</summary>
internal static class FileSystem
{
    private const int StatFields = 32;
    private const long Tmpfs = 0x01021994, Ramfs = 0x858458F6;

    /// <summary>Memory that looks like a disk: a sync costs nothing there, and nothing measured on it says anything about durability.</summary>
    public static bool IsInMemory(DirectoryInfo directory) => IsInMemory(KindOf(directory));

    internal static bool IsInMemory(long kind) => kind is Tmpfs or Ramfs;

    /// <summary>The number by which statfs(2) names it.</summary>
    private static long KindOf(DirectoryInfo directory)
    {
        var stat = new long[StatFields];
        if (Libc.StatFileSystem(directory.FullName, stat) != 0)
            throw new IOException($"{directory.FullName}: statfs failed: {Marshal.GetLastPInvokeErrorMessage()}");
        return stat[0];
    }
}
