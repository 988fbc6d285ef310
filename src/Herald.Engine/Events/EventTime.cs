namespace Herald.Engine.Events;

/// <summary>
/// The range of times that an event can have. One day at each end of the calendar is excluded. So a reader can show every time in any UTC
/// offset, and can distinguish it from the two ends of the calendar, which stand for times that cannot be shown.
/// </summary>
public static class EventTime
{
    public const string Rule = "The time of an event is between 0001-01-02T00:00:00Z and 9999-12-30T23:59:59.999Z.";

    private const long FirstMs = -62_135_510_400_000, LastMs = 253_402_214_399_999;

    public static bool IsPossible(long unixMs) => unixMs is >= FirstMs and <= LastMs;
}
