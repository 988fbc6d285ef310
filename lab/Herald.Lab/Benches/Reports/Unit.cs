namespace Herald.Lab.Benches.Reports;

/// <param name="Name">The name that people read.</param>
/// <param name="Suffix">The ending of names of JSON fields.</param>
/// <param name="Counted">One item of what is counted per second; null for other units.</param>
public sealed record Unit(string Name, string Suffix, string? Counted)
{
    public static readonly Unit EventsPerSecond = new("events/s", "per_s", "per event");
    public static readonly Unit ChangesPerSecond = new("changes/s", "per_s", "per change");
    public static readonly Unit DeliveriesPerSecond = new("deliveries/s", "per_s", "per delivery");
    public static readonly Unit StatementsPerSecond = new("statements/s", "per_s", null);
    public static readonly Unit Repeats = new("repeats a kill", "repeats", null);
    public static readonly Unit Milliseconds = new("ms", "ms", null);
    public static readonly Unit Times = new("times the median round's", "times", null);
    public static readonly Unit Seconds = new("s", "s", null);
    public static readonly Unit Megabytes = new("MB", "mb", null);
    public static readonly Unit PercentOfCore = new("% of a core", "percent", null);
}
