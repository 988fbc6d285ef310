namespace Herald.Server.Wire;

/// <summary>Bounds the memory of bodies that are being read, over all requests.</summary>
internal sealed class BodyBudget(long bytes)
{
    private long _left = bytes;

    public long Taken => bytes - Volatile.Read(ref _left);

    public bool TryTake(int size)
    {
        if (Interlocked.Add(ref _left, -size) >= 0)
            return true;
        Interlocked.Add(ref _left, size);
        return false;
    }

    public void Return(int size)
    {
        if (size > 0)
            Interlocked.Add(ref _left, size);
    }
}
