namespace Herald.Alarms;

/// <summary>What the alarms application is told at start. Read as <see cref="AlarmsSettings"/> say.</summary>
public sealed record AlarmsOptions
{
    /// <summary>How long cleared alarms, and users who are silent, are remembered. Default 30 days; 30 seconds to ten years.</summary>
    public TimeSpan ForgetAfter { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Whether a request with nothing due is answered with a digest of no alarms. Default: it is not answered.</summary>
    public bool EmptyDigest { get; init; }

    /// <summary>Alarms that are remembered of one user. Default 10,000; 1 to 50,000.</summary>
    public int MaxAlarmsPerUser { get; init; } = 10_000;

    /// <summary>Bytes of one digest; more alarms go in several. Default 512 KiB; 4 KiB to 16 MiB, and no more than a payload may have.</summary>
    public int MaxDigestBytes { get; init; } = 512 << 10;
}
