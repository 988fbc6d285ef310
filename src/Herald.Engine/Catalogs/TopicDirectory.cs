using System.Collections.Concurrent;
using Herald.Engine.Basics;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Catalogs;

/// <summary>
/// Topics of all tenants by full name, for publishing. A topic is read once from the store; every refresh then keeps it up to date. Bounded
/// by capacity.
/// </summary>
internal sealed class TopicDirectory(ICatalogStore store, int capacity)
{
    private readonly ConcurrentDictionary<string, Known> _known = new(StringComparer.Ordinal);
    private readonly Lock _changing = new();
    private long _changes;

    public Topic? Find(ReadOnlySpan<char> fullName)
    {
        if (!_known.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(fullName, out var known))
            return null;
        if (!known.Touched)
            known.Touched = true;
        return known.Topic;
    }

    /// <summary>Completes at once for a topic in the directory. Otherwise it reads the store.</summary>
    public ValueTask<Topic?> FindAsync(string fullName, CancellationToken cancel) =>
        Find(fullName) is { } topic ? new(topic) : AskAsync(fullName, cancel);

    /// <summary>Reads the topic from the store.</summary>
    public async ValueTask<Topic?> AskAsync(string fullName, CancellationToken cancel)
    {
        // No topic can have such a name, so there is no need to ask the store.
        if (!SubscriptionRules.IsName(TenantId.Split(fullName).Name))
            return null;
        long before;
        lock (_changing)
            before = _changes;
        if (await store.FindAsync(new CatalogQuery.ById(CatalogCodec.TopicKind, fullName), cancel) is not [var record])
            return null;
        var topic = CatalogCodec.DecodeTopic(record);
        lock (_changing)
        {
            // A change that arrived in the meantime may be newer than what was read, so this read is not kept. The next one will be.
            if (_changes == before)
                _known[fullName] = new Known(topic);
        }
        if (_known.Count > capacity)
            MakeRoom();
        return topic;
    }

    /// <summary>Takes over changed records. Call it in the order of the changes.</summary>
    public void Apply(IEnumerable<CatalogRecord> changed)
    {
        lock (_changing)
        {
            foreach (var record in changed.Where(r => r.Kind == CatalogCodec.TopicKind))
            {
                _changes++;
                if (record.Body is null)
                    _known.TryRemove(record.Id, out _);
                else if (_known.ContainsKey(record.Id))
                    _known[record.Id] = new Known(CatalogCodec.DecodeTopic(record));
            }
        }
    }

    // Removes names that were not used since the last call. If that is not enough, removes any others.
    private void MakeRoom()
    {
        lock (_changing)
        {
            var surplus = _known.Count - (capacity - (capacity / 8));
            foreach (var (name, known) in _known)
            {
                if (surplus > 0 && !known.Touched && _known.TryRemove(name, out _))
                    surplus--;
                known.Touched = false;
            }
            foreach (var (name, _) in _known)
            {
                if (surplus > 0 && _known.TryRemove(name, out _))
                    surplus--;
            }
        }
    }

    private sealed class Known(Topic topic)
    {
        public Topic Topic { get; } = topic;
        public volatile bool Touched = true;
    }
}
