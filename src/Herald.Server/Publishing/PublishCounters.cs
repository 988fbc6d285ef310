namespace Herald.Server.Publishing;

/// <summary>Counts publish requests and their events. The metrics read the counters on demand.</summary>
internal sealed class PublishCounters
{
    private long _requests, _accepted, _duplicates, _conflicts, _refused;

    public long Requests => Volatile.Read(ref _requests);
    public long Accepted => Volatile.Read(ref _accepted);
    public long Duplicates => Volatile.Read(ref _duplicates);
    public long Conflicts => Volatile.Read(ref _conflicts);
    public long Refused => Volatile.Read(ref _refused);

    public void Add(in PublishTally tally)
    {
        Interlocked.Increment(ref _requests);
        Add(ref _accepted, tally.Accepted);
        Add(ref _duplicates, tally.Duplicates);
        Add(ref _conflicts, tally.Conflicts);
        Add(ref _refused, tally.Refused + tally.NoRoom);
    }

    private static void Add(ref long counter, int more)
    {
        if (more != 0)
            Interlocked.Add(ref counter, more);
    }
}
