namespace Herald.Engine;

/// <summary>
/// The time that waits go by: what the wall clock said when this was made, moved on by a count that cannot be set. The wall clock may be set back or forward at any
/// moment; a wait must become neither longer nor shorter by it. Only what is stored goes by the wall clock, and is converted where it is written and read.
/// </summary>
internal sealed class EngineClock(TimeProvider time)
{
    // Less is no setting: the two clocks are read one after the other, and the wall clock is slewed.
    private const long SetByMs = 1000;

    private readonly long _beganAt = time.GetTimestamp();
    private readonly long _beganAtMs = time.GetUtcNow().ToUnixTimeMilliseconds();
    private long _wallAheadMs;

    /// <summary>Never jumps.</summary>
    public long NowMs => _beganAtMs + (long)time.GetElapsedTime(_beganAt).TotalMilliseconds;

    /// <summary>For what is stored, or shown.</summary>
    public long WallMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>By how much the wall clock was set since this was made, to within a second. Stays the same as long as nobody sets it, so that a time is converted alike each time.</summary>
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
