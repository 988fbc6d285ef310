namespace Herald.Engine;

internal static class Atomically
{
    public static void Raise(ref long target, long value)
    {
        // The exchange gives what was there before: a second one, which changes nothing, sees that the first has succeeded.
        for (var seen = Volatile.Read(ref target); seen < value;)
            seen = Interlocked.CompareExchange(ref target, value, seen);
    }
}
