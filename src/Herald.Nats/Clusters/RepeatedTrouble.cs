namespace Herald.Nats.Clusters;

/// <summary>Failures that repeat during retries. Each is reported once, and again every minute while it lasts.</summary>
internal sealed class RepeatedTrouble(TimeProvider time)
{
    private static readonly TimeSpan Again = TimeSpan.FromMinutes(1);
    private readonly Lock _lock = new();
    private string? _last;
    private long _toldAt;

    /// <summary>The last failure; null after a success.</summary>
    public string? Last
    {
        get
        {
            lock (_lock)
                return _last;
        }
    }

    /// <returns>Whether the failure should be reported.</returns>
    public bool Note(string reason)
    {
        lock (_lock)
        {
            if (reason == _last && time.GetElapsedTime(_toldAt) < Again)
                return false;
            (_last, _toldAt) = (reason, time.GetTimestamp());
            return true;
        }
    }

    public void Well()
    {
        lock (_lock)
            _last = null;
    }
}
