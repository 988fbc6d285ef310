namespace Herald.Alarms.Retention;

/// <summary>
/// Divides the time for which alarms and users are remembered into thirty periods. A period is named by the Unix second in which it starts,
/// so saved periods keep their meaning when the setting, and with it their length, changes.
/// </summary>
internal sealed class Periods(TimeSpan forgetAfter)
{
    private const int Count = 30;

    public long Seconds { get; } = Math.Max(1, (long)Math.Ceiling(forgetAfter.TotalSeconds / Count));

    public long Of(long unixMs) => unixMs / 1000 / Seconds * Seconds;

    /// <summary>Whether alarms or users last heard in one period are forgotten in the other: more than thirty periods later.</summary>
    public bool IsOver(long heard, long now) => now - heard > Count * Seconds;
}
