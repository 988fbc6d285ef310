namespace Herald.Soak.Figures;

/// <summary>What was wrong when: a fault is an episode, from when it begins until all that waited has come.</summary>
internal sealed class Episodes(TimeProvider time)
{
    private const int Kept = 64;
    private readonly Lock _gate = new();
    private readonly Queue<Episode> _all = new();

    private sealed record Episode(string? What, long FromAt)
    {
        public long ToAt { get; set; } = long.MaxValue;
    }

    /// <param name="what">Null: the soak itself was stopped, and nothing that waited then says anything.</param>
    /// <returns>Ends it.</returns>
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

    /// <summary>What was wrong at some moment between the two; the latest, of several. Nothing unless something was.</summary>
    /// <returns>False: nobody can tell, as the soak itself was stopped.</returns>
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
