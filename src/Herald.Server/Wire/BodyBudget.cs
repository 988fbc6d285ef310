namespace Herald.Server.Wire;

/// <summary>Bounds the memory of bodies that are being read, over all requests.</summary>
internal sealed class BodyBudget(long bytes)
{
    private long _taken;

    public long Taken => Volatile.Read(ref _taken);

    public bool TryTake(int size)
    {
        if (Interlocked.Add(ref _taken, size) <= bytes)
            return true;
        Interlocked.Add(ref _taken, -size);
        return false;
    }

    public void Return(int size)
    {
        if (size > 0)
            Interlocked.Add(ref _taken, -size);
    }
}
