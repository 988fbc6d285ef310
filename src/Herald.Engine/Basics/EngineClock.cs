namespace Herald.Engine.Basics;

/// <summary>The clock for all waits. It starts at the wall clock's time and then advances by a counter that cannot be set.</summary>
/// <remarks>
/// A wall clock can be set back or forward at any moment, and a wait must not become longer or shorter by that. Only stored times are of
/// the wall clock; they are converted where they are written and read.
/// </remarks>
internal sealed class EngineClock(TimeProvider time)
{
    // A smaller difference does not mean that the clock was set: the two clocks are read one after the other, and the wall clock is
    // adjusted gradually.
    private const long SetByMs = 1000;

    private readonly long _beganAt = time.GetTimestamp();
    private readonly long _beganAtMs = time.GetUtcNow().ToUnixTimeMilliseconds();
    private long _wallAheadMs;

    /// <summary>Never jumps.</summary>
    public long NowMs => _beganAtMs + (long)time.GetElapsedTime(_beganAt).TotalMilliseconds;

    /// <summary>The wall clock, for times that are stored or shown.</summary>
    public long WallMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>
    /// How far the wall clock has been set since this clock started, to within a second. The value stays the same until the wall clock is
    /// set again, so that a time is always converted alike.
    /// </summary>
    public long WallAheadMs
    {
        get
        {
            var (measured, known) = (WallMs - NowMs, Volatile.Read(ref _wallAheadMs));
            if (Math.Abs(measured - known) <= SetByMs)
                return known;
            Volatile.Write(ref _wallAheadMs, measured);
            return measured;
        }
    }
}
