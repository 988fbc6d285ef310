namespace Herald.Engine.Stores;

/// <summary>A key whose events a shard still needs, although events around them are settled.</summary>
/// <param name="From">The first sequence that is needed; 0 means that the key is no longer kept.</param>
public readonly record struct KeptKey(ulong KeyHash, long From);
