using System.Collections.Concurrent;

namespace Herald.Lab.Notifications;

/// <summary>What a provider was asked to send.</summary>
/// <param name="destination">As posts name it, such as EMAIL.</param>
public sealed class SentTo(string destination)
{
    private readonly ConcurrentDictionary<Guid, Sent> _byUuid = new();
    private long _requests;

    public string Destination => destination;

    /// <summary>The provider does not work at present.</summary>
    public bool IsDown { get; internal set; }

    /// <summary>The requests that the provider has taken.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    /// <summary>The notifications that have come.</summary>
    public int Notifications => _byUuid.Count;

    /// <summary>
    /// What people have got: the requests without those that the provider drops as repeats, because they have the key of an earlier one.
    /// </summary>
    public long Effects => _byUuid.Values.Sum(sent => (long)sent.Keys);

    /// <summary>How many requests there were for the notification that had the most.</summary>
    public int MostRequests => _byUuid.Values.Select(sent => sent.Requests).DefaultIfEmpty().Max();

    public bool Has(Guid uuid) => _byUuid.ContainsKey(uuid);

    public int RequestsOf(Guid uuid) => _byUuid.TryGetValue(uuid, out var sent) ? sent.Requests : 0;

    /// <param name="key">By which the provider drops repeats. A provider without such keys has the uuid in the text, where people see it.</param>
    public void Add(Guid uuid, string key)
    {
        Interlocked.Increment(ref _requests);
        _byUuid.GetOrAdd(uuid, _ => new Sent()).Add(key);
    }

    private sealed class Sent
    {
        private readonly Lock _gate = new();
        private readonly List<string> _keys = new(1);

        public int Requests { get; private set; }

        public int Keys
        {
            get
            {
                lock (_gate)
                    return _keys.Count;
            }
        }

        public void Add(string key)
        {
            lock (_gate)
            {
                Requests++;
                if (!_keys.Contains(key))
                    _keys.Add(key);
            }
        }
    }
}
