using Herald.Engine.Channels;
using Herald.Engine.Events;
using Herald.Engine.Reports;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Shards;

/// <summary>
/// What the machine adds to a skip when the subscription asks for reports. A subscription without reports costs one comparison.
/// </summary>
/// <remarks>
/// The change of <see cref="Subscription.Reports"/> applies to attempts that start after it, as other changes do. So a result without its
/// event has no report.
/// </remarks>
internal sealed partial class ShardMachine
{
    /// <summary>Null when nobody asks for a report of this success. The delivery then ends without waiting for a commit.</summary>
    private DeliveryReport? DeliveredReport(Lane lane, AttemptResult result, EventView? view)
    {
        if (view is not { } known)
            return null;
        var kind = (known.Flags & EventFlags.Addressed) != 0 ? ReportKinds.Recovered : ReportKinds.Delivered;
        return TriedReport(lane, kind, "", result, view);
    }

    private DeliveryReport? TriedReport(Lane lane, ReportKinds kind, string reason, AttemptResult result, EventView? view) =>
        view is { } known && !ReportRules.IsReport(known) && UnsentReport(lane, kind, reason, result.Reason) is { } report
            ? report with { Last = result, Attempts = lane.Attempts + 1, Event = known }
            : null;

    /// <summary>Of a delivery that ends without an attempt: attempts that it had before only count.</summary>
    private DeliveryReport? UnsentReport(Lane lane, ReportKinds kind, string reason, string detail = "") =>
        lane.Owner.Entry.Subscription.Reports is { } request && (request.On & EndsOf(kind)) != 0
            ? new DeliveryReport(request, kind)
            {
                Reason = reason,
                Detail = detail,
                Attempts = lane.Attempts,
                FirstAttemptAtMs = lane.FirstAttemptAtMs > 0 ? ToWall(lane.FirstAttemptAtMs) : 0,
            }
            : null;

    // A forward that fails becomes a dead letter.
    private static ReportKinds EndsOf(ReportKinds kind) => kind == ReportKinds.Forwarded ? kind | ReportKinds.Exhausted : kind;
}
