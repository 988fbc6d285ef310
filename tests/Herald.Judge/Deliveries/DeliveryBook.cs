using Herald.Judging.Events;

namespace Herald.Judging.Deliveries;

/// <summary>All deliveries of one subscription, as its receiver saw them.</summary>
public sealed class DeliveryBook(string subscription)
{
    private readonly Dictionary<string, Lane> _lanes = [];
    private readonly Dictionary<SentEvent, Delivery> _deliveries = [];

    public string Subscription => subscription;
    public IReadOnlyCollection<Lane> Lanes => _lanes.Values;
    public IReadOnlyCollection<Delivery> All => _deliveries.Values;

    /// <summary>Attempts in flight, over all nodes.</summary>
    public List<Attempt> Open { get; } = [];

    /// <summary>How many events the receiver has acknowledged, repeats included.</summary>
    public long Served { get; set; }

    /// <summary>Keys that have failed since the last success.</summary>
    public HashSet<string> Failing { get; } = [];

    /// <summary>When the receiver last had so much trouble that Herald is allowed to hold back the whole subscription.</summary>
    public long TroubledMs { get; set; } = long.MinValue;

    /// <summary>When the receiver last answered later than a receiver that is well.</summary>
    public long LateMs { get; set; } = long.MinValue;

    /// <summary>When the last attempt succeeded.</summary>
    public long SucceededMs { get; set; } = long.MinValue;

    /// <summary>The receiver accepts no connections and does not see the attempts made meanwhile.</summary>
    public bool IsAway { get; private set; }

    /// <summary>Since this moment there can have been attempts that the receiver did not see.</summary>
    public bool MayHaveMissed(long sinceMs) => IsAway || _backMs >= sinceMs;

    private long _backMs = long.MinValue;

    public void OnAway() => IsAway = true;

    public void OnBack(long atMs) => (IsAway, _backMs) = (false, atMs);

    /// <summary>Lanes with a delivery that is certainly expected and still waits.</summary>
    public HashSet<Lane> Waiting { get; } = [];

    public Lane LaneOf(string line) => _lanes.TryGetValue(line, out var lane) ? lane : _lanes[line] = new Lane(subscription, line);

    public Delivery Of(SentEvent sent)
    {
        if (!_deliveries.TryGetValue(sent, out var delivery))
            _deliveries[sent] = delivery = new Delivery(sent, LaneOf(sent.Line));
        return delivery;
    }

    public Delivery? Find(SentEvent sent) => _deliveries.GetValueOrDefault(sent);

    public void ForgetWaiting()
    {
        foreach (var lane in Waiting)
            lane.Waiting.Clear();
        Waiting.Clear();
    }
}
