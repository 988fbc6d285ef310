using Herald.Engine.Events;

namespace Herald.Engine.Reports;

/// <summary>Which events are reports. There are no reports about reports, so no circle of topics can fill a store with them.</summary>
internal static class ReportRules
{
    public static ReadOnlySpan<byte> IdPrefix => "herald/report/"u8;

    /// <summary>Whether Herald made the event as a report. A publisher can use such an id, but cannot emit.</summary>
    public static bool IsReport(EventView view) => (view.Flags & EventFlags.Emitted) != 0 && view.Id.StartsWith(IdPrefix);
}
