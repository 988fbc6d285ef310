namespace Herald.Messages.Providers;

/// <summary>
/// Which provider may have a message, although its answer did not come. Later attempts stay with that provider, which can drop a repeat by
/// its id. A change of the endpoint ends that: the operator wants the message elsewhere.
/// </summary>
/// <remarks>
/// It is in the memory of one node: after a restart, or when the shard has moved, a chain begins with its first provider again. It is
/// bounded: when it is full, the oldest entry is forgotten, and that message too can go to another provider.
/// </remarks>
internal sealed class AmbiguousSends(int most = AmbiguousSends.Most)
{
    public const int Most = 100_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _byMessage = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _oldestFirst = new();

    public int Count
    {
        get
        {
            lock (_lock)
                return _byMessage.Count;
        }
    }

    /// <param name="endpoint">The revision of the subscription's endpoint.</param>
    public string? Find(string messageId, int endpoint)
    {
        lock (_lock)
            return _byMessage.TryGetValue(messageId, out var node) && node.Value.Endpoint == endpoint ? node.Value.Provider : null;
    }

    public void Note(string messageId, int endpoint, string provider)
    {
        lock (_lock)
        {
            RemoveNeedsLock(messageId);
            if (_byMessage.Count == most)
                RemoveNeedsLock(_oldestFirst.First!.Value.Message);
            _byMessage.Add(messageId, _oldestFirst.AddLast(new Entry(messageId, endpoint, provider)));
        }
    }

    public void Forget(string messageId)
    {
        lock (_lock)
            RemoveNeedsLock(messageId);
    }

    private void RemoveNeedsLock(string messageId)
    {
        if (_byMessage.Remove(messageId, out var node))
            _oldestFirst.Remove(node);
    }

    private readonly record struct Entry(string Message, int Endpoint, string Provider);
}
