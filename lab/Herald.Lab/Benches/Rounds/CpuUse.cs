namespace Herald.Lab.Benches.Rounds;

/// <summary>How much of the machine each process used during a measurement, in cores.</summary>
/// <param name="Others">The use of all processes outside the bench, which disturb the figures.</param>
internal sealed record CpuUse(IReadOnlyList<CpuShare> Shares, double Others)
{
    public static readonly CpuUse Unmeasured = new([], 0);

    public double Total => Shares.Sum(share => share.Cores);
}
