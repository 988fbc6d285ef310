namespace Herald.Lab.Benches.Rounds;

/// <summary>Who took how much of the machine while something was measured, in cores.</summary>
/// <param name="Others">All that is not of the bench: what disturbs the figures.</param>
internal sealed record CpuUse(IReadOnlyList<CpuShare> Shares, double Others)
{
    public static readonly CpuUse Unmeasured = new([], 0);

    public double Total => Shares.Sum(share => share.Cores);
}
