using System.Runtime.InteropServices;

namespace Herald.Server.Http;

/// <summary>
/// The system's time, but for timestamps that go on while the machine is suspended. A lease must not look fresh to a laptop that was shut, or a
/// virtual machine that was moved: the usual clock stands still there.
/// </summary>
internal sealed partial class SuspendAwareTime : TimeProvider
{
    private const int BootTime = 7;

    /// <summary>The given time, or, if that is the system's, one whose timestamps count suspension where the system has such a clock.</summary>
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
