using Herald.Journal.Frames;

namespace Herald.Journal.Recovery;

/// <summary>Which runs may have written the frames behind one that does not hold: the last that is known, and those after it.</summary>
/// <param name="lastRead">The run of the last frame that was read, if any: before runs had ids that can be told, theirs were drawn.</param>
internal sealed class Witnesses(Guid store, long lastRun, ulong? lastRead)
{
    // As many starts without a checkpoint between them are no longer a journal at work.
    private const int MostRuns = 100_000;

    private HashSet<ulong>? _runs;

    /// <summary>Seldom asked: only of what looks like a whole frame.</summary>
    public bool Include(ulong run)
    {
        if (run == lastRead)
            return true;
        _runs ??= [.. Enumerable.Range(0, MostRuns).Select(i => RunId.Of(store, lastRun + i))];
        return _runs.Contains(run);
    }
}
