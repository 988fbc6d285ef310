using Herald.Judging.Events;

namespace Herald.Judging.Deliveries;

/// <summary>How an attempt ended, as far as its sender could learn it.</summary>
public enum Ending
{
    Open,
    Succeeded,
    Failed,

    /// <summary>The receiver answered that it never accepts such an event.</summary>
    Rejected,

    /// <summary>Nothing was sent, because the message is worthless after a time that it names.</summary>
    Expired,

    /// <summary>The endpoint is gone for good.</summary>
    Gone,

    /// <summary>The sender gave the attempt up before an answer came. It does not count.</summary>
    Cut,
}

/// <summary>One attempt, as its receiver saw it.</summary>
public sealed class Attempt(Delivery delivery, string sender, int number, long atMs)
{
    /// <summary>The sender of an attempt when its process is unknown.</summary>
    public const string Unknown = "";

    public Delivery Delivery => delivery;
    public string Sender => sender;
    public int Number => number;
    public long AtMs => atMs;
    public long EndedMs { get; set; } = long.MaxValue;
    public Ending Ending { get; set; }
    public double RetryAfterMs { get; set; }

    /// <summary>The message names a time after which it is worthless, so the sender can make this attempt the last one.</summary>
    public bool MayBeLast { get; set; }

    /// <summary>The endpoint is at fault, whatever the event: a time-out, a refused or broken connection, or a request to wait.</summary>
    public bool IsTroubled { get; set; }

    /// <summary>One process certainly made both attempts.</summary>
    public bool IsFromSameAs(Attempt other) => sender != Unknown && sender == other.Sender;

    public bool Counts => Ending is not (Ending.Open or Ending.Cut);
}

/// <summary>One event for one subscription.</summary>
public sealed class Delivery(SentEvent sent, Lane lane)
{
    public SentEvent Event => sent;
    public Lane Lane => lane;

    /// <summary>All attempts in the trace, also those before a replay, the latest last.</summary>
    public List<Attempt> Attempts { get; } = [];
    public Attempt? Last => Attempts.Count > 0 ? Attempts[^1] : null;

    /// <summary>When the receiver last acknowledged the event. The sender need not have learned of it.</summary>
    public long ReceivedMs { get; set; } = long.MinValue;

    /// <summary>
    /// The latest moment at which an operator's release of the key can have come into force. A release begins the count of attempts again.
    /// </summary>
    public long ReleasedMs { get; private set; } = long.MinValue;
    private int _releasesUnderWay;

    /// <summary>When an operator asked for the last release that was certainly done.</summary>
    public long CertainlyReleasedMs { get; set; } = long.MinValue;

    /// <summary>When an operator asked for the last discard of this head that was certainly done.</summary>
    public long CertainlyDiscardedMs { get; set; } = long.MinValue;

    public void OnReleaseAsked() => (_releasesUnderWay, ReleasedMs) = (_releasesUnderWay + 1, long.MaxValue);

    public void OnReleaseEnded(long byMs)
    {
        _releasedByMs = Math.Max(_releasedByMs, byMs);
        if (--_releasesUnderWay == 0)
            ReleasedMs = _releasedByMs;
    }

    private long _releasedByMs = long.MinValue;

    public override string ToString() => $"{sent}, subscription {lane.Subscription}";
}

/// <summary>The deliveries of one subscription and key.</summary>
public sealed class Lane(string subscription, string line)
{
    public string Subscription => subscription;
    public string Line => line;

    /// <summary>The latest attempt.</summary>
    public Attempt? Tried { get; set; }

    /// <summary>Every event below this sequence is accounted for, since <see cref="SinceMs"/>.</summary>
    public long AccountedBelow { get; set; }

    /// <summary>The highest sequence with an attempt since <see cref="SinceMs"/>.</summary>
    public long Highest { get; set; }
    public long SinceMs { get; set; } = long.MinValue;

    /// <summary>Attempts in flight, over all nodes.</summary>
    public List<Attempt> Open { get; } = [];

    /// <summary>Deliveries that are certainly expected and not received yet, by sequence.</summary>
    public SortedList<long, Delivery> Waiting { get; } = [];

    /// <summary>Since when the key itself allows the first waiting delivery to be sent.</summary>
    public long ReadySinceMs { get; set; }

    /// <summary>The value of <see cref="DeliveryBook.Served"/> at the moment of <see cref="ReadySinceMs"/>.</summary>
    public long ServedBefore { get; set; }
}
