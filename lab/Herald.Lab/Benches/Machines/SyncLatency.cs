using System.Runtime.InteropServices;
using Herald.Lab.Ledgers;

namespace Herald.Lab.Benches.Machines;

/// <summary>
/// The time that a directory's disk takes to make one small write durable. An event that must first be durable cannot be faster.
/// </summary>
internal static class SyncLatency
{
    private const int Block = 4096, Blocks = 4096;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    /// <summary>
    /// Writes 4 KiB at a time into space allocated in advance, as journals do, each with an fdatasync, a millisecond apart.
    /// </summary>
    public static LatencyHistogram Measure(DirectoryInfo directory, TimeSpan length, TimeProvider time)
    {
        var path = Path.Combine(directory.FullName, "sync-latency");
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.DeleteOnClose);
        if (Libc.Allocate(file, 0, Block * Blocks) is not 0 and var error)
            throw new IOException($"{path}: {Marshal.GetPInvokeErrorMessage(error)}");
        var block = new byte[Block];
        var latencies = new LatencyHistogram();
        var began = time.GetTimestamp();
        for (long count = 0; time.GetElapsedTime(began) < length; count++)
        {
            RandomAccess.Write(file, block, count % Blocks * Block);
            var at = time.GetTimestamp();
            if (Libc.SyncData(file) != 0)
                throw new IOException($"{path}: fdatasync failed: {Marshal.GetLastPInvokeErrorMessage()}");
            latencies.Record(time.GetElapsedTime(at));
            PreciseWait.For(Pause);
        }
        return latencies;
    }
}
