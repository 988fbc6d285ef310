using System.Globalization;

namespace Herald.Lab.Benches.Machines;

/// <summary>CPU time of a process since its start, user and system together.</summary>
/// <param name="Own">The time of the process itself, all threads.</param>
/// <param name="EndedChildren">The time of the ended children that the process has waited for.</param>
internal readonly record struct ProcessTimes(TimeSpan Own, TimeSpan EndedChildren)
{
    /// <summary>USER_HZ of Linux: 100 for programs, whatever the kernel's own tick is.</summary>
    private const int TicksPerSecond = 100;
    private const int UserField = 14, SystemField = 15, ChildrenUserField = 16, ChildrenSystemField = 17;

    public static ProcessTimes Of(int process) =>
        Parse(File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat")));

    /// <summary>
    /// Reads <c>/proc/PID/stat</c>. Fields count from 1. The second one is a name in brackets, which can itself contain blanks and
    /// brackets.
    /// </summary>
    internal static ProcessTimes Parse(string stat)
    {
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return new(Ticks(UserField) + Ticks(SystemField), Ticks(ChildrenUserField) + Ticks(ChildrenSystemField));

        TimeSpan Ticks(int field) => TimeSpan.FromSeconds(
            long.Parse(fields[field - 3], CultureInfo.InvariantCulture) / (double)TicksPerSecond);
    }
}
