namespace Herald.Alarms.Retention;

/// <summary>
/// Time cut into thirty periods for as long as things are remembered. A period is named by the Unix second in which it begins: so what is saved
/// means the same when the setting, and with it the length, has changed.
/// </summary>
internal sealed class Periods(TimeSpan forgetAfter)
{
    private const int Count = 30;

    public long Seconds { get; } = Math.Max(1, (long)Math.Ceiling(forgetAfter.TotalSeconds / Count));

    public long Of(long unixMs) => unixMs / 1000 / Seconds * Seconds;

    /// <summary>Whether what was heard in a period last is forgotten in another one: more than thirty of them later.</summary>
    public bool IsOver(long heard, long now) => now - heard > Count * Seconds;
}
