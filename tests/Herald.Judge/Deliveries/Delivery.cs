using Herald.Judging.Events;

namespace Herald.Judging.Deliveries;

/// <summary>How an attempt has ended, as its sender can have heard.</summary>
public enum Ending
{
    Open,
    Succeeded,
    Failed,

    /// <summary>The receiver said that it takes no such event at all.</summary>
    Rejected,

    /// <summary>The endpoint is gone for good.</summary>
    Gone,

    /// <summary>The sender has given it up before there was an answer; it does not count.</summary>
    Cut,
}

/// <summary>One attempt as its receiver has seen it.</summary>
public sealed class Attempt(Delivery delivery, string sender, int number, long atMs)
{
    /// <summary>The sender, where nobody can tell which process it was.</summary>
    public const string Unknown = "";

    public Delivery Delivery => delivery;
    public string Sender => sender;
    public int Number => number;
    public long AtMs => atMs;
    public long EndedMs { get; set; } = long.MaxValue;
    public Ending Ending { get; set; }
    public double RetryAfterMs { get; set; }

    /// <summary>
    /// By a time-out, a connection that was refused or broke, or a wish to be left alone: it speaks against the endpoint, whatever the
    /// event.
    /// </summary>
    public bool IsTroubled { get; set; }

    /// <summary>Both were made by one process, for certain.</summary>
    public bool IsFromSameAs(Attempt other) => sender != Unknown && sender == other.Sender;

    public bool Counts => Ending is not (Ending.Open or Ending.Cut);
}

/// <summary>One event for one subscription.</summary>
public sealed class Delivery(SentEvent sent, Lane lane)
{
    public SentEvent Event => sent;
    public Lane Lane => lane;

    /// <summary>All attempts since the subscription's deliveries began last, the latest last.</summary>
    public List<Attempt> Attempts { get; } = [];
    public Attempt? Last => Attempts.Count > 0 ? Attempts[^1] : null;

    /// <summary>When the receiver has said last that it has it; whether anybody heard is another matter.</summary>
    public long ReceivedMs { get; set; } = long.MinValue;

    /// <summary>Until when an operator's release of its key, which has it counted anew, may have come into force.</summary>
    public long ReleasedMs { get; private set; } = long.MinValue;
    private int _releasesUnderWay;

    /// <summary>When a release was asked for that was done for certain.</summary>
    public long CertainlyReleasedMs { get; set; } = long.MinValue;

    /// <summary>When a release was asked for that was to discard it, and that was done for certain.</summary>
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

/// <summary>The deliveries of one key to one subscription.</summary>
public sealed class Lane(string subscription, string line)
{
    public string Subscription => subscription;
    public string Line => line;

    /// <summary>The latest attempt.</summary>
    public Attempt? Tried { get; set; }

    /// <summary>Every event below has been accounted for, since <see cref="SinceMs"/>.</summary>
    public long AccountedBelow { get; set; }

    /// <summary>The highest sequence an attempt was made at, since then.</summary>
    public long Highest { get; set; }
    public long SinceMs { get; set; } = long.MinValue;

    /// <summary>Attempts under way, over all nodes.</summary>
    public List<Attempt> Open { get; } = [];

    /// <summary>Expected for certain, and not received yet, by their sequence.</summary>
    public SortedList<long, Delivery> Waiting { get; } = [];

    /// <summary>Since when the first of them may be sent, as far as its own key goes.</summary>
    public long ReadySinceMs { get; set; }

    /// <summary>How often the subscription's receiver had been served by then.</summary>
    public long ServedBefore { get; set; }
}
