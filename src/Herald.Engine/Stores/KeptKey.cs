namespace Herald.Engine.Stores;

/// <summary>A key whose events a shard still needs, whatever is settled around them.</summary>
/// <param name="From">The first sequence that is needed; 0: the key is kept no longer.</param>
public readonly record struct KeptKey(ulong KeyHash, long From);
