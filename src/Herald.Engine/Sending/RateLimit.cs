namespace Herald.Engine.Sending;

/// <summary>
/// Limits attempts per second, with bursts of at most a tenth of a second's attempts. Not thread-safe; the ledger guards it.
/// </summary>
internal sealed class RateLimit
{
    private double _tokens = 1;
    private long _filledAtMs;

    public double? PerSecond { get; set; }

    private double Most => Math.Max(1, PerSecond.GetValueOrDefault() / 10);

    public bool TryTake(long nowMs, out long nextAtMs)
    {
        nextAtMs = 0;
        if (PerSecond is not { } rate)
            return true;
        // A clock that was set back must add no tokens and take none away.
        _tokens = Math.Min(Most, _tokens + (Math.Max(0, nowMs - _filledAtMs) * rate / 1000));
        _filledAtMs = nowMs;
        if (_tokens >= 1)
        {
            _tokens--;
            return true;
        }
        nextAtMs = nowMs + (long)Math.Ceiling((1 - _tokens) * 1000 / rate);
        return false;
    }

    public void GiveBack(int count) => _tokens = Math.Min(Most, _tokens + count);
}
