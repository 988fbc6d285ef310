namespace Herald.Simulation.Judges;

/// <summary>The expected and the actual fate of the events of one (subscription, generation, key).</summary>
internal sealed class LaneModel(string key, ulong hash)
{
    public string Key => key;

    /// <summary>The engine's lane. Another key can share it.</summary>
    public ulong Hash => hash;

    /// <summary>Matches that are neither acknowledged nor durably skipped, and that retention has not freed.</summary>
    public SortedSet<long> Open { get; } = [];
    public HashSet<long> Matches { get; } = [];
    public HashSet<long> Tried { get; } = [];
    public HashSet<long> Acknowledged { get; } = [];

    /// <summary>Skipped in a durable commit, or freed with the log.</summary>
    public HashSet<long> Skipped { get; } = [];

    /// <summary>The part of <see cref="Skipped"/> that certainly belongs to this generation.</summary>
    public HashSet<long> GivenUp { get; } = [];
    public long LastFirstReceipt { get; set; }
}
