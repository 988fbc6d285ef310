namespace Herald.Lab.Scenarios;

/// <summary>The lengths of the phases. Times are counted from the beginning of the load.</summary>
internal sealed record PhasePlan(TimeSpan WarmUp, TimeSpan Before, TimeSpan Hell, TimeSpan After)
{
    /// <summary>The phases that are judged.</summary>
    public static readonly IReadOnlyList<Phase> Judged = [Phase.Before, Phase.Hell, Phase.After];

    public static readonly PhasePlan Compressed = new(
        TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(25), TimeSpan.FromSeconds(35), TimeSpan.FromSeconds(30));
    public static readonly PhasePlan Full = new(
        TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(3), TimeSpan.FromMinutes(2));

    /// <summary>The number of parts of the phase before hell that are compared with each other.</summary>
    public const int Quarters = 4;

    /// <summary>The quarter of the phase before hell, from 0.</summary>
    public int QuarterOfBefore(TimeSpan since) => Math.Clamp((int)((since - WarmUp) / (Before / Quarters)), 0, Quarters - 1);

    public TimeSpan HellBegins => WarmUp + Before;
    public TimeSpan HellEnds => HellBegins + Hell;
    public TimeSpan Whole => HellEnds + After;

    public TimeSpan LengthOf(Phase phase) => phase switch
    {
        Phase.WarmUp => WarmUp,
        Phase.Before => Before,
        Phase.Hell => Hell,
        Phase.After => After,
    };

    /// <summary>The time after the end belongs to the last phase.</summary>
    public Phase At(TimeSpan since) =>
        since < WarmUp ? Phase.WarmUp : since < HellBegins ? Phase.Before : since < HellEnds ? Phase.Hell : Phase.After;
}
