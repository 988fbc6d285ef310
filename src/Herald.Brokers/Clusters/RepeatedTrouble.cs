namespace Herald.Brokers.Clusters;

/// <summary>Failures that repeat during retries. Each is reported once, and again every minute while it lasts.</summary>
public sealed class RepeatedTrouble(TimeProvider time)
{
    private static readonly TimeSpan Again = TimeSpan.FromMinutes(1);
    private readonly Lock _lock = new();
    private volatile string? _last;
    private long _toldAt;

    /// <summary>The last failure; null after a success.</summary>
    public string? Last => _last;

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

    /// <returns>Whether there was a failure before.</returns>
    public bool Well()
    {
        // This is called for each message, so it takes no lock when all is well.
        if (_last is null)
            return false;
        lock (_lock)
        {
            var wasTroubled = _last is not null;
            _last = null;
            return wasTroubled;
        }
    }
}
