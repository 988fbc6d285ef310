namespace Herald.Messages.Providers;

/// <summary>
/// Remembers on this node that a provider fails, so that messages which can go through another one do not wait for it first. A single
/// message tries it from time to time.
/// </summary>
internal sealed class ProviderHealth(TimeProvider time)
{
    /// <summary>So many messages in a row must meet the trouble.</summary>
    public const int MostTroubles = 3;

    public static readonly TimeSpan ProbeEvery = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private int _troubles;
    private long _lastTried;

    /// <summary>Whether a message that another provider could take should try this one: it works, or it is time to look.</summary>
    public bool IsWorthTrying()
    {
        lock (_lock)
        {
            if (_troubles >= MostTroubles && time.GetElapsedTime(_lastTried) < ProbeEvery)
                return false;
            _lastTried = time.GetTimestamp();
            return true;
        }
    }

    /// <summary>A message has met the provider's trouble.</summary>
    /// <returns>True when the provider fails from now on.</returns>
    public bool NoteTrouble()
    {
        lock (_lock)
        {
            _lastTried = time.GetTimestamp();
            return _troubles < MostTroubles && ++_troubles == MostTroubles;
        }
    }

    /// <summary>The provider has answered.</summary>
    /// <returns>True when it has failed until now.</returns>
    public bool NoteAnswer()
    {
        lock (_lock)
        {
            var hasFailed = _troubles >= MostTroubles;
            _troubles = 0;
            return hasFailed;
        }
    }
}
