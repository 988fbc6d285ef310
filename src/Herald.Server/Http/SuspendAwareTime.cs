using System.Runtime.InteropServices;

namespace Herald.Server.Http;

/// <summary>
/// The system's time, except that timestamps continue while the machine is suspended. A lease must not look valid after a laptop was closed
/// or a virtual machine was moved; the usual clock stands still in that time.
/// </summary>
internal sealed partial class SuspendAwareTime : TimeProvider
{
    private const int BootTime = 7;

    /// <summary>
    /// Returns the given time. If it is the system's, and the system has a clock that counts suspension (Linux), returns a time whose
    /// timestamps use that clock.
    /// </summary>
    public static TimeProvider Over(TimeProvider time) => time == System && OperatingSystem.IsLinux() ? new SuspendAwareTime() : time;

    public override long TimestampFrequency => 1_000_000_000;

    public override long GetTimestamp() => GetTime(BootTime, out var time) == 0 ? (time.Seconds * TimestampFrequency) + time.Nanoseconds
        : throw new InvalidOperationException("clock_gettime(CLOCK_BOOTTIME) has failed.");

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetTime(int clock, out TimeSpec time);

    private struct TimeSpec
    {
        public long Seconds, Nanoseconds;
    }
}
