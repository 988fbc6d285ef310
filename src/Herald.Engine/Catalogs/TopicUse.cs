namespace Herald.Engine.Catalogs;

/// <summary>
/// Counts the holders of a topic in memory: shards that have state for its subscriptions, and code that is routing its events.
/// </summary>
internal sealed class TopicUse
{
    private const int Gone = -1;

    private int _holders;
    private volatile bool _touched = true;
    private long _seenAt;

    /// <summary>False when the topic has been evicted from memory: load it again.</summary>
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

    /// <summary>
    /// The time of the latest call of this method that found a hold taken since the call before it. One caller at a time.
    /// </summary>
    public long SeenAt(long now)
    {
        if (_touched)
            (_touched, _seenAt) = (false, now);
        return _seenAt;
    }

    /// <summary>Succeeds only without holders. Afterwards the topic cannot be held any more.</summary>
    public bool TryPutOut() => Interlocked.CompareExchange(ref _holders, Gone, 0) == 0;
}
