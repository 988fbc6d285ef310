namespace Herald.Alarms;

/// <summary>The options of the alarms application. <see cref="AlarmsSettings"/> defines how they are read.</summary>
public sealed record AlarmsOptions
{
    /// <summary>How long cleared alarms and silent users are remembered. Default 30 days; 30 seconds to ten years.</summary>
    public TimeSpan ForgetAfter { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Answers a request with nothing due with an empty digest. Default off: no answer.</summary>
    public bool EmptyDigest { get; init; }

    /// <summary>Maximum alarms that are remembered per user. Default 10,000; 1 to 50,000.</summary>
    public int MaxAlarmsPerUser { get; init; } = 10_000;

    /// <summary>
    /// Maximum bytes of one digest; more alarms make several digests. Default 512 KiB; 4 KiB to 16 MiB, and at most the maximum of a
    /// payload.
    /// </summary>
    public int MaxDigestBytes { get; init; } = 512 << 10;
}
