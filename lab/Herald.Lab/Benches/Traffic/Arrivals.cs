namespace Herald.Lab.Benches.Traffic;

/// <summary>
/// The order in which events arrive: every fifth event belongs to a hot key, the others to the other keys, each group in turn.
/// </summary>
internal sealed class Arrivals(TrafficOrder.Begin run)
{
    private const int HotEvery = 5;
    private long _arrived, _hot, _others;

    public TrafficEvent Next(long due)
    {
        if (run.HotKeys > 0 && _arrived++ % HotEvery == 0)
        {
            var (round, key) = Math.DivRem(_hot++, run.HotKeys);
            return new(run.Run, (int)key, round + 1, due);
        }
        else
        {
            var (round, key) = Math.DivRem(_others++, run.Keys - run.HotKeys);
            return new(run.Run, run.HotKeys + (int)key, round + 1, due);
        }
    }
}
