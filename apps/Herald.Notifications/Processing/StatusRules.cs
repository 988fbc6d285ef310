using System.Diagnostics;

namespace Herald.Notifications.Processing;

/// <summary>What a fact makes of a row. It is a pure function, and every fact has an answer for every row.</summary>
/// <remarks>
/// <list type="bullet">
/// <item>PROCESSED never changes.</item>
/// <item>A success always counts, because the recipient has the notification. Another fact that is older than the status does not.</item>
/// <item>FAILED becomes PROCESSED by a success, and otherwise stays FAILED, with newer words.</item>
/// <item>EXPIRED becomes PROCESSED or FAILED by a report: the attempt began before the time was up.</item>
/// <item>The first result of another program settles an external row. A success of the channel says only that the program has it; after a
/// failure of the channel, the row waits for its result again.</item>
/// </list>
/// </remarks>
internal static class StatusRules
{
    public const string Expired = "expired", Discarded = "discarded", Forwarded = "forwarded", NoResult = "no-result";

    /// <returns>The row after the fact; the same object when the fact changes nothing.</returns>
    public static RowFacts Apply(RowFacts row, Fact fact) => row.Status == NotificationStatus.Processed ? row : fact switch
    {
        Fact.Reported report => OnReport(row, report),
        Fact.Judged verdict => OnVerdict(row, verdict),
        Fact.Resulted result => OnResult(row, result),
        Fact.TimeIsUp => row.Status == NotificationStatus.NotProcessed ? Settle(row, NotificationStatus.Expired, null, fact.AtMs) : row,
        Fact.NoResult => row is { Status: NotificationStatus.NotProcessed, Waits: null }
            ? Settle(row, NotificationStatus.Failed, NoResult, fact.AtMs)
            : row,
        _ => throw new UnreachableException(fact.ToString()),
    };

    private static RowFacts OnReport(RowFacts row, Fact.Reported report)
    {
        var isSuccess = report.Kind is ReportedKind.Delivered or ReportedKind.Recovered;
        if (isSuccess && row.IsExternal)
            return OnHandedOver(row, report.AtMs);
        // An older fact comes late when an operator redrives, or when the time was up meanwhile.
        if (!isSuccess && report.AtMs < row.SettledAtMs)
            return row;
        // What has failed and then expired has not merely been too late: it was redriven, and has failed again.
        var isFailedAgain = row.Status == NotificationStatus.Failed;
        return report.Kind switch
        {
            ReportedKind.Delivered or ReportedKind.Recovered => Settle(row, NotificationStatus.Processed, null, report),
            ReportedKind.Exhausted => Settle(row, NotificationStatus.Failed, report.Reason, report),
            ReportedKind.Expired => isFailedAgain
                ? Settle(row, NotificationStatus.Failed, Expired, report)
                : Settle(row, NotificationStatus.Expired, null, report),
            ReportedKind.Discarded => Settle(row, NotificationStatus.Failed, Discarded, report) with { DeadLetter = null },
            ReportedKind.Forwarded => Settle(row, NotificationStatus.Failed, Forwarded, report) with { DeadLetter = null },
        };
    }

    /// <summary>One that the channel had given up, and that was sent again by an order, waits for its result after all.</summary>
    private static RowFacts OnHandedOver(RowFacts row, long atMs) => row switch
    {
        { Status: NotificationStatus.Failed, DeadLetter: not null } => row with
        {
            Status = NotificationStatus.NotProcessed,
            Reason = null,
            LastWords = null,
            SettledAtMs = null,
            DeadLetter = null,
            HandedOverAtMs = atMs,
        },
        { HandedOverAtMs: null } => row with { HandedOverAtMs = atMs },
        _ => row,
    };

    private static RowFacts OnVerdict(RowFacts row, Fact.Judged verdict)
    {
        if (row.Status != NotificationStatus.NotProcessed)
            return row;
        return verdict.Kind switch
        {
            JudgedKind.Sent => row.Waits is null ? row : row with { Waits = null },
            JudgedKind.Waits => row.Waits == verdict.Reason ? row : row with { Waits = verdict.Reason },
            // Time, and not a rule of the recipient, has ended it.
            JudgedKind.Dropped => verdict.Reason == Expired
                ? Settle(row, NotificationStatus.Expired, null, verdict.AtMs)
                : Settle(row, NotificationStatus.Failed, verdict.Reason, verdict.AtMs),
        };
    }

    private static RowFacts OnResult(RowFacts row, Fact.Resulted result)
    {
        if (!row.IsExternal || row.Status == NotificationStatus.Failed)
            return row;
        var status = result.IsProcessed ? NotificationStatus.Processed : NotificationStatus.Failed;
        return Settle(row, status, null, result.AtMs) with { LastWords = result.Detail };
    }

    private static RowFacts Settle(RowFacts row, NotificationStatus status, string? reason, long atMs) =>
        row with { Status = status, Reason = reason, SettledAtMs = atMs, Waits = null };

    private static RowFacts Settle(RowFacts row, NotificationStatus status, string? reason, Fact.Reported report) =>
        Settle(row, status, reason, report.AtMs) with
        {
            LastWords = report.LastWords,
            Attempts = report.Attempts,
            FirstAttemptAtMs = report.FirstAttemptAtMs ?? row.FirstAttemptAtMs,
            DeadLetter = status == NotificationStatus.Failed ? report.DeadLetter : null,
        };
}
