namespace Herald.Lab.Benches.Reports;

/// <summary>How far figures are apart by chance alone.</summary>
internal static class Chance
{
    private const int Draws = 10_000;
    private const double Share = 0.99;

    /// <summary>
    /// Two groups of rounds are drawn from rounds that do not differ, again and again: in 99 of 100 draws the medians of the two are no further apart than this. The same
    /// rounds give the same figure.
    /// </summary>
    /// <param name="size">Of each group; fewer where there are not enough rounds for two such groups.</param>
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
