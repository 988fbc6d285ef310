namespace Herald.Simulation.Running;

/// <summary>How often a run came into the situations that the simulation is there for. One that is never reached proves nothing.</summary>
internal sealed class Reached
{
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, long> Counts => _counts;

    public void Count(string situation, long times = 1) => _counts[situation] = _counts.GetValueOrDefault(situation) + times;

    public void Add(Reached other)
    {
        foreach (var (situation, times) in other._counts)
            Count(situation, times);
    }
}
