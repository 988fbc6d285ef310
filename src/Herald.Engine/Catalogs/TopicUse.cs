namespace Herald.Engine.Catalogs;

/// <summary>Who needs a topic to stay in memory: shards with something to say of its subscriptions, and whoever routes its events now.</summary>
internal sealed class TopicUse
{
    private const int Gone = -1;

    private int _holders;
    private volatile bool _touched = true;
    private long _seenAt;

    /// <summary>False when it has been put out of memory: load it again.</summary>
    public bool TryHold()
    {
        for (var seen = Volatile.Read(ref _holders); seen != Gone;)
        {
            var there = Interlocked.CompareExchange(ref _holders, seen + 1, seen);
            if (there == seen)
            {
                _touched = true;
                return true;
            }
            seen = there;
        }
        return false;
    }

    public void Release() => Interlocked.Decrement(ref _holders);

    /// <summary>The timestamp of the last question that found it held since the one before. Asked by one at a time.</summary>
    public long SeenAt(long now)
    {
        if (_touched)
            (_touched, _seenAt) = (false, now);
        return _seenAt;
    }

    /// <summary>Only while nobody holds it; nobody will any more.</summary>
    public bool TryPutOut() => Interlocked.CompareExchange(ref _holders, Gone, 0) == 0;
}
