using Herald.Engine.Basics;

namespace Herald.Alarms;

/// <summary>The options of the alarms application.</summary>
public sealed record AlarmsOptions
{
    [Setting(
        "How long cleared alarms and users without activity are remembered.", Least = "30s", Most = "3650d",
        Option = "--forget-after", OptionValue = "DURATION")]
    public TimeSpan ForgetAfter { get; init; } = TimeSpan.FromDays(30);

    [Setting(
        "Answer a request with an empty digest when nothing is due, instead of sending no answer.",
        Option = "--empty-digest", OptionValue = "true|false")]
    public bool EmptyDigest { get; init; }

    [Setting(
        "How many alarms of one user are remembered.", Least = "1", Most = "50000", Option = "--max-alarms-per-user", OptionValue = "N")]
    public int MaxAlarmsPerUser { get; init; } = 10_000;

    /// <summary>At most the maximum of a payload.</summary>
    [Setting(
        "The largest digest; more alarms become several digests.",
        IsBytes = true, Least = "4KiB", Most = "16MiB", Option = "--max-digest-bytes", OptionValue = "SIZE")]
    public int MaxDigestBytes { get; init; } = 512 << 10;
}
