namespace Herald.Lab.Benches.Reports;

/// <summary>How far apart figures are by chance alone.</summary>
internal static class Chance
{
    private const int Draws = 10_000;
    private const double Share = 0.99;

    /// <summary>
    /// Draws two groups of rounds from rounds under the same conditions, again and again. In 99 of 100 draws, the medians of the two groups
    /// are at most this far apart. The same rounds always give the same figure.
    /// </summary>
    /// <param name="size">The size of each group; smaller when there are not enough rounds for two such groups.</param>
    public static double Apart(IReadOnlyList<double> rounds, int size)
    {
        size = Math.Min(size, rounds.Count / 2);
        if (size == 0)
            return 0;
        var (random, pool) = (new Random(1), rounds.ToArray());
        var apart = new double[Draws];
        for (var i = 0; i < Draws; i++)
        {
            random.Shuffle(pool);
            apart[i] = Math.Abs(new Series(pool[..size]).Median - new Series(pool[size..(2 * size)]).Median);
        }
        Array.Sort(apart);
        return apart[(int)(Draws * Share)];
    }
}
