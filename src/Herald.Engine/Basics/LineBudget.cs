namespace Herald.Engine.Basics;

/// <summary>Bounds how many lines of one kind the log gets within a minute. It counts those that are left out.</summary>
internal sealed class LineBudget(TimeProvider time)
{
    public const int MostLines = 10;
    private static readonly TimeSpan Span = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private long _beganAt;
    private int _lines, _leftOut;

    /// <returns>Whether the line may be written.</returns>
    /// <param name="leftOut">How many were left out since the last one that was written.</param>
    public bool TryTake(out int leftOut)
    {
        lock (_lock)
        {
            if (_lines == 0 || time.GetElapsedTime(_beganAt) >= Span)
                (_beganAt, _lines) = (time.GetTimestamp(), 0);
            leftOut = 0;
            if (_lines == MostLines)
            {
                _leftOut++;
                return false;
            }
            _lines++;
            (leftOut, _leftOut) = (_leftOut, 0);
            return true;
        }
    }
}
