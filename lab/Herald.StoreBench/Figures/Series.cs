namespace Herald.StoreBench.Figures;

/// <summary>One figure, measured once per round.</summary>
internal sealed record Series(IReadOnlyList<double> Rounds)
{
    /// <summary>Half of the rounds are below it and half above, so one disturbed round does not move it far.</summary>
    public double Median
    {
        get
        {
            var sorted = Rounds.Order().ToArray();
            return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        }
    }

    public double Lowest => Rounds.Min();
    public double Highest => Rounds.Max();
}
