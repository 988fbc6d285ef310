using Herald.Engine;

namespace Herald.Alarms;

/// <summary>Settings of the alarms application; each is in docs/alarms.md.</summary>
public sealed record AlarmsOptions
{
    private const int LeastDigestBytes = 4096, MostDigestBytes = 16 << 20, MostAlarms = 50_000;
    private static readonly TimeSpan ShortestForgetAfter = TimeSpan.FromSeconds(30), LongestForgetAfter = TimeSpan.FromDays(3650);

    /// <summary>How long cleared alarms, and users who are silent, are remembered. Default 30 days; 30 seconds to ten years.</summary>
    public TimeSpan ForgetAfter { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Whether a request with nothing due is answered with a digest of no alarms. Default: it is not answered.</summary>
    public bool EmptyDigest { get; init; }

    /// <summary>Alarms that are remembered of one user. Default 10,000; 1 to 50,000.</summary>
    public int MaxAlarmsPerUser { get; init; } = 10_000;

    /// <summary>Bytes of one digest; more alarms go in several. Default 512 KiB; 4 KiB to 16 MiB, and no more than a payload may have.</summary>
    public int MaxDigestBytes { get; init; } = 512 << 10;

    /// <summary>What is wrong with them, by the names of the settings.</summary>
    public IReadOnlyList<FieldProblem> Check()
    {
        var found = new List<FieldProblem>();
        if (ForgetAfter < ShortestForgetAfter || ForgetAfter > LongestForgetAfter)
            found.Add(new("alarms.forgetAfter", $"{ForgetAfter}", "From 30s to 3650d."));
        if (MaxAlarmsPerUser is < 1 or > MostAlarms)
            found.Add(new("alarms.maxAlarmsPerUser", $"{MaxAlarmsPerUser}", $"From 1 to {MostAlarms}."));
        if (MaxDigestBytes is < LeastDigestBytes or > MostDigestBytes)
            found.Add(new("alarms.maxDigestBytes", $"{MaxDigestBytes}", $"From {LeastDigestBytes} to {MostDigestBytes}."));
        return found;
    }
}
