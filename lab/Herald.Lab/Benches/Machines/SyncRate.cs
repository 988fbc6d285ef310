using System.Runtime.InteropServices;

namespace Herald.Lab.Benches.Machines;

/// <summary>How many appended blocks per second a directory's disk makes durable. Every durable program depends on this.</summary>
internal static class SyncRate
{
    private const int Block = 4096;

    /// <returns>Appends per second, each of 4 KiB with an fdatasync.</returns>
    public static double Measure(DirectoryInfo directory, TimeSpan length, TimeProvider time)
    {
        var path = Path.Combine(directory.FullName, "sync-rate");
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.DeleteOnClose);
        var block = new byte[Block];
        var began = time.GetTimestamp();
        for (long count = 0; ; count++)
        {
            var elapsed = time.GetElapsedTime(began);
            if (elapsed >= length)
                return count / elapsed.TotalSeconds;
            RandomAccess.Write(file, block, count * Block);
            if (Libc.SyncData(file) != 0)
                throw new IOException($"{path}: fdatasync failed: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }
}
