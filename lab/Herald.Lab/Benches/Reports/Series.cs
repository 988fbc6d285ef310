namespace Herald.Lab.Benches.Reports;

/// <summary>The same figure, measured once a round.</summary>
internal sealed record Series(IReadOnlyList<double> Rounds)
{
    /// <summary>Half of the rounds are below, half above: one round disturbed by something else does not move it far.</summary>
    public double Median
    {
        get
        {
            var sorted = Rounds.Order().ToArray();
            return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
        }
    }

    public double Lowest => Rounds.Min();
    public double Highest => Rounds.Max();
}
