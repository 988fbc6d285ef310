namespace Herald.Hosting.Wire;

/// <summary>
/// Bounds the memory of large bodies, and of the objects read from them, over all requests. Each request has a <see cref="BodyShare"/> of
/// it.
/// </summary>
public sealed class BodyBudget(long bytes)
{
    private long _taken;

    /// <summary>The largest body with many items, the setting <c>maxBodyBytes</c>.</summary>
    public int MostOfOne { get; init; } = 16 << 20;

    public long Taken => Volatile.Read(ref _taken);

    /// <param name="held">
    /// What the same request already holds. If no other request holds anything, it gets what it needs, because its events can need more
    /// than its body.
    /// </param>
    public bool TryTake(long more, long held)
    {
        var taken = Interlocked.Add(ref _taken, more);
        if (taken <= bytes || taken == held + more)
            return true;
        Interlocked.Add(ref _taken, -more);
        return false;
    }

    public void Return(long less)
    {
        if (less > 0)
            Interlocked.Add(ref _taken, -less);
    }
}
