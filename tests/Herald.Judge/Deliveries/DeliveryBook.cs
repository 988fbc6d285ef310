using Herald.Judging.Events;

namespace Herald.Judging.Deliveries;

/// <summary>All deliveries of one subscription, by what was received.</summary>
public sealed class DeliveryBook(string subscription)
{
    private readonly Dictionary<string, Lane> _lanes = [];
    private readonly Dictionary<SentEvent, Delivery> _deliveries = [];

    public string Subscription => subscription;
    public IReadOnlyCollection<Lane> Lanes => _lanes.Values;
    public IReadOnlyCollection<Delivery> All => _deliveries.Values;

    /// <summary>Attempts in flight, over all nodes.</summary>
    public List<Attempt> Open { get; } = [];

    /// <summary>How often its receiver has had something.</summary>
    public long Served { get; set; }

    /// <summary>Keys that have failed since something succeeded last.</summary>
    public HashSet<string> Failing { get; } = [];

    /// <summary>When it had last so much trouble that Herald may hold back all of it.</summary>
    public long TroubledMs { get; set; } = long.MinValue;

    /// <summary>When it answered last, and later than a receiver that is well.</summary>
    public long LateMs { get; set; } = long.MinValue;

    /// <summary>When something succeeded last.</summary>
    public long SucceededMs { get; set; } = long.MinValue;

    /// <summary>Its receiver takes no connections, and sees nothing of what is tried.</summary>
    public bool IsAway { get; private set; }

    /// <summary>Attempts may have been made since a moment that the receiver has not seen.</summary>
    public bool MayHaveMissed(long sinceMs) => IsAway || _backMs >= sinceMs;

    private long _backMs = long.MinValue;

    public void OnAway() => IsAway = true;

    public void OnBack(long atMs) => (IsAway, _backMs) = (false, atMs);

    /// <summary>Lanes for which something waits that is certain to be wanted.</summary>
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
