namespace Herald.Simulation.Storing;

/// <summary>What a node has seen of the others' beats, by its own clock alone.</summary>
internal sealed class BeatWatch(TimeSpan longerThan)
{
    private readonly Dictionary<string, (Beat Beat, long Since)> _seen = [];

    /// <summary>Beats that have not moved for so long that no lease of theirs can hold any more.</summary>
    public List<Beat> StandingStill(long now) => [.. _seen.Values.Where(seen => now - seen.Since > longerThan.TotalMilliseconds).Select(seen => seen.Beat)];

    /// <param name="now">After the answer has come: the beats were so at some moment before.</param>
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
