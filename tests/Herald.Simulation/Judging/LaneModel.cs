namespace Herald.Simulation.Judging;

/// <summary>What should happen to the events of one (subscription, generation, key), and what has.</summary>
internal sealed class LaneModel(string key, ulong hash)
{
    public string Key => key;

    /// <summary>The lane of the engine, which may have another key, too.</summary>
    public ulong Hash => hash;

    /// <summary>Matches that are neither acknowledged nor durably skipped, and still kept.</summary>
    public SortedSet<long> Open { get; } = [];
    public HashSet<long> Matches { get; } = [];
    public HashSet<long> Acknowledged { get; } = [];

    /// <summary>Given up, in a commit that is durable; or freed with the log.</summary>
    public HashSet<long> Skipped { get; } = [];

    /// <summary>Of these, the ones given up for this generation and no other.</summary>
    public HashSet<long> GivenUp { get; } = [];
    public long LastFirstReceipt { get; set; }
}
