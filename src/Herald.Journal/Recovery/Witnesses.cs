using Herald.Journal.Frames;

namespace Herald.Journal.Recovery;

/// <summary>The runs that can have written the frames behind a frame that does not hold: the last known run, and later ones.</summary>
/// <param name="lastRead">The run of the last frame that was read, if any. Earlier versions drew run ids at random; such an id cannot be
/// computed here.</param>
internal sealed class Witnesses(Guid store, long lastRun, ulong? lastRead)
{
    // A journal that starts more often than this without a checkpoint is not in working order.
    private const int MostRuns = 100_000;

    private HashSet<ulong>? _runs;

    /// <summary>Rarely called: only for bytes that look like a whole frame.</summary>
    public bool Include(ulong run)
    {
        if (run == lastRead)
            return true;
        _runs ??= [.. Enumerable.Range(0, MostRuns).Select(i => RunId.Of(store, lastRun + i))];
        return _runs.Contains(run);
    }
}
