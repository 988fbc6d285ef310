namespace Herald.Messages.Providers;

/// <summary>
/// Keeps one provider's rate on this node, and its pauses. A message waits for its turn inside its attempt. When the turn would come too
/// late, the result says when to try again.
/// </summary>
/// <remarks>Turns have equal distances. After a rest, up to a tenth of a second's turns can be taken at once.</remarks>
internal sealed class Pace(int? rate, TimeProvider time)
{
    private const int BurstsPerSecond = 10;

    private readonly Lock _lock = new();
    private readonly long _distance = rate is { } most ? Math.Max(1, TimeSpan.TicksPerSecond / most) : 0;
    private readonly long _burst = rate is { } some ? Math.Max(1, some / BurstsPerSecond) : 0;
    private readonly long _start = time.GetTimestamp();
    private long _next, _pausedUntil;

    /// <summary>Takes a turn, or none when it would come later than <paramref name="most"/>.</summary>
    /// <returns>How long to wait for the turn, and whether it was taken.</returns>
    public (TimeSpan Wait, bool IsTaken) Take(TimeSpan most)
    {
        lock (_lock)
        {
            var now = Now;
            // A pause can be long, and another provider may be used meanwhile. So nobody waits for its end inside an attempt.
            if (_pausedUntil > now)
                return (new(_pausedUntil - now), false);
            if (_distance == 0)
                return (TimeSpan.Zero, true);
            var turn = Math.Max(_next, now - (_distance * (_burst - 1)));
            var wait = new TimeSpan(Math.Max(0, turn - now));
            if (wait > most)
                return (wait, false);
            _next = turn + _distance;
            return (wait, true);
        }
    }

    /// <summary>The provider has asked for a pause. A shorter one does not end a longer one.</summary>
    public void Pause(TimeSpan pause)
    {
        lock (_lock)
            _pausedUntil = Math.Max(_pausedUntil, Now + pause.Ticks);
    }

    private long Now => time.GetElapsedTime(_start).Ticks;
}
