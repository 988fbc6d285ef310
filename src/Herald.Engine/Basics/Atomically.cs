namespace Herald.Engine.Basics;

internal static class Atomically
{
    public static void Raise(ref long target, long value)
    {
        // CompareExchange returns the value before. So after a success, the loop makes one more exchange, which changes nothing and ends
        // the loop.
        for (var seen = Volatile.Read(ref target); seen < value;)
            seen = Interlocked.CompareExchange(ref target, value, seen);
    }
}
