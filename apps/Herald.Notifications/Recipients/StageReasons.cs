namespace Herald.Notifications.Recipients;

/// <summary>How reasons of <see cref="Stage"/> are written in statuses.</summary>
internal static class StageReasons
{
    public static string Of(StageReason reason) => reason switch
    {
        StageReason.QuietHours => "quiet-hours",
        StageReason.Rate => "rate",
        StageReason.Suppressed => "suppressed",
        StageReason.OptedOut => "opted-out",
        StageReason.NoRecord => "no-record",
        StageReason.NoAddress => "no-address",
        StageReason.Expired => Processing.StatusRules.Expired,
    };
}
