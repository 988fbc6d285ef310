namespace Herald.Messages.Providers;

/// <summary>
/// The turns of a rate. They have equal distances; after a rest, up to a tenth of a second's turns can be taken at once. Not thread-safe:
/// the gate guards it.
/// </summary>
/// <param name="rate">Turns in a second; null when every turn is now.</param>
internal sealed class Pace(int? rate)
{
    private const int BurstsPerSecond = 10;

    private readonly long _distance = rate is { } most ? Math.Max(1, TimeSpan.TicksPerSecond / most) : 0;
    private readonly long _burst = rate is { } some ? Math.Max(1, some / BurstsPerSecond) : 0;
    private long _next;

    /// <param name="now">Ticks since any fixed time.</param>
    public bool TryTake(long now)
    {
        if (_distance == 0)
            return true;
        var turn = Turn(now);
        if (turn > now)
            return false;
        _next = turn + _distance;
        return true;
    }

    /// <summary>How long it is until a turn.</summary>
    /// <param name="ahead">How many others have a turn before it.</param>
    public TimeSpan WaitFor(int ahead, long now) =>
        _distance == 0 ? TimeSpan.Zero : new(Math.Max(0, Turn(now) + (ahead * _distance) - now));

    private long Turn(long now) => Math.Max(_next, now - (_distance * (_burst - 1)));
}
