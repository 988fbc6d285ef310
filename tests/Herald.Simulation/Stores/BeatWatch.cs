namespace Herald.Simulation.Stores;

/// <summary>The beats of other nodes that one node has seen, timed by its own clock alone.</summary>
internal sealed class BeatWatch(TimeSpan longerThan)
{
    private readonly Dictionary<string, (Beat Beat, long Since)> _seen = [];

    /// <summary>Beats that have not moved for so long that every lease of their nodes has run out.</summary>
    public List<Beat> StandingStill(long now) => [.. _seen.Values.Where(seen => now - seen.Since > longerThan.TotalMilliseconds).Select(seen => seen.Beat)];

    /// <param name="now">The moment after the answer came. The beats were read at some moment before.</param>
    public void See(IReadOnlyList<Beat> beats, long now)
    {
        foreach (var gone in _seen.Keys.Except(beats.Select(beat => beat.Node)).ToList())
            _seen.Remove(gone);
        foreach (var beat in beats)
        {
            if (!_seen.TryGetValue(beat.Node, out var seen) || seen.Beat != beat)
                _seen[beat.Node] = (beat, now);
        }
    }
}
