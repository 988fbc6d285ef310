namespace Herald.Nats.Clusters;

/// <summary>Troubles that come again and again while somebody tries: each is worth a word once, and again when it lasts.</summary>
internal sealed class RepeatedTrouble(TimeProvider time)
{
    private static readonly TimeSpan Again = TimeSpan.FromMinutes(1);
    private readonly Lock _lock = new();
    private string? _last;
    private long _toldAt;

    /// <summary>The last one; null while all is well.</summary>
    public string? Last
    {
        get
        {
            lock (_lock)
                return _last;
        }
    }

    /// <returns>Whether it should be told.</returns>
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
