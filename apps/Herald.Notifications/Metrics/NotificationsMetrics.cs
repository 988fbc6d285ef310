using System.Diagnostics.Metrics;
using Herald.Messages;
using Herald.Notifications.Posts;

namespace Herald.Notifications.Metrics;

/// <summary>The application's counters on this node.</summary>
internal sealed class NotificationsMetrics : IDisposable
{
    private readonly Meter _meter = new("Herald.Notifications");
    private readonly Counter<long> _taken, _settled, _unknown, _forgotten, _stage;
    private readonly Histogram<double> _late;

    public NotificationsMetrics()
    {
        _taken = _meter.CreateCounter<long>(
            "herald_notifications_taken_total", description: "Posts that the application has read, by result: new, repeated or conflict.");
        _settled = _meter.CreateCounter<long>(
            "herald_notifications_settled_total", description: "Notifications whose status was decided, by destination and status.");
        _unknown = _meter.CreateCounter<long>(
            "herald_notifications_reports_unknown_total", description: "Reports about notifications of which nothing is known any more.");
        _forgotten = _meter.CreateCounter<long>(
            "herald_notifications_forgotten_total", description: "Chapters of old statuses that were removed.");
        _stage = _meter.CreateCounter<long>(
            "herald_notifications_stage_total", description: "What the rules of recipients said: sent, waits or dropped.");
        _late = _meter.CreateHistogram<double>(
            "herald_notifications_late_seconds", "s", "How long after its notBefore a notification was handed on.");
    }

    public void Taken(string result) => _taken.Add(1, new KeyValuePair<string, object?>("result", result));

    public void Settled(Destination destination, string status) => _settled.Add(
        1, new KeyValuePair<string, object?>("destination", PostNames.CanonicalOf(destination)),
        new KeyValuePair<string, object?>("status", status));

    public void Unknown() => _unknown.Add(1);

    public void Forgotten() => _forgotten.Add(1);

    public void Judged(string result) => _stage.Add(1, new KeyValuePair<string, object?>("result", result));

    public void Late(double seconds) => _late.Record(seconds);

    public void Dispose() => _meter.Dispose();
}
