namespace Herald.Notifications.Recipients;

/// <summary>The answer to an <see cref="Ask"/>.</summary>
internal abstract record Decision
{
    private Decision() { }

    /// <param name="Window">The turns to save; the same object when nothing has changed.</param>
    public sealed record Send(RateWindow Window) : Decision;

    /// <summary>Ask again at that time.</summary>
    /// <param name="HasTurn">The time is a turn of the rate, which the ask has then.</param>
    /// <param name="Window">The turns to save; the same object when nothing has changed.</param>
    public sealed record WaitUntil(long AtMs, StageReason Reason, bool HasTurn, RateWindow Window) : Decision;

    public sealed record Drop(StageReason Reason) : Decision;

    /// <summary>The person allows it. Ask the person's address too.</summary>
    public sealed record AskAddress(RecipientKey Key, string To, QuietHours? Quiet) : Decision;
}

/// <summary>Why a notification waits, or is not sent.</summary>
internal enum StageReason
{
    QuietHours,
    Rate,
    Suppressed,
    OptedOut,

    /// <summary>There is no record of the person.</summary>
    NoRecord,

    /// <summary>The person's record has no address for the destination.</summary>
    NoAddress,
    Expired,
}
