namespace Herald.Soak.Figures;

/// <summary>
/// Records which fault happened when. An episode lasts from the beginning of a fault until all events that waited have been received.
/// </summary>
internal sealed class Episodes(TimeProvider time)
{
    private const int Kept = 64;
    private readonly Lock _gate = new();
    private readonly Queue<Episode> _all = new();

    private sealed record Episode(string? What, long FromAt)
    {
        public long ToAt { get; set; } = long.MaxValue;
    }

    /// <param name="what">Null when the soak itself was suspended, because waits of that time mean nothing.</param>
    /// <returns>Ends the episode.</returns>
    public Action Begin(string? what, long? fromAt = null)
    {
        var episode = new Episode(what, fromAt ?? time.GetTimestamp());
        lock (_gate)
        {
            if (_all.Count == Kept)
                _all.Dequeue();
            _all.Enqueue(episode);
        }
        return () =>
        {
            lock (_gate)
                episode.ToAt = time.GetTimestamp();
        };
    }

    /// <summary>Finds the fault that happened at some moment between the two times; the latest of several, or null for none.</summary>
    /// <returns>False when the soak itself was suspended, so the answer is unknown.</returns>
    public bool TryTell(long fromAt, long toAt, out string? what)
    {
        what = null;
        lock (_gate)
        {
            foreach (var episode in _all)
            {
                if (episode.FromAt > toAt || episode.ToAt < fromAt)
                    continue;
                if (episode.What is null)
                    return false;
                what = episode.What;
            }
        }
        return true;
    }
}
