namespace Herald.Engine.Catalogs;

/// <summary>Topics that stay in memory until this object is disposed. Not thread-safe; it can be used again after that.</summary>
internal sealed class TopicHolds : IDisposable
{
    private readonly Dictionary<int, TopicUse> _held = [];

    public bool Has(int topic) => _held.ContainsKey(topic);

    /// <summary>Returns true when the topic is in the snapshot and is now held.</summary>
    public bool TryAdd(int topic, CatalogSnapshot catalog)
    {
        if (_held.ContainsKey(topic))
            return true;
        if (!catalog.Topics.TryGetValue(topic, out var cached) || !cached.Use.TryHold())
            return false;
        _held.Add(topic, cached.Use);
        return true;
    }

    public void Dispose()
    {
        foreach (var use in _held.Values)
            use.Release();
        _held.Clear();
    }
}
