namespace Herald.Judging.Orders;

/// <summary>What an operator has asked for, and what is known of whether and when it was done.</summary>
public sealed class Order(string what, string subscription, string through, long askedMs)
{
    public const string Put = "put", Pause = "pause", Resume = "resume", Replay = "replay", Delete = "delete";
    public const string Release = "release", Redrive = "redrive", DiscardLetters = "discard";

    /// <summary>Not an operator's: an endpoint has said that it is gone, and Herald may have stopped sending to it.</summary>
    public const string Gone = "gone";

    public string What => what;
    public string Subscription => subscription;

    /// <summary>The node that was asked.</summary>
    public string Through => through;
    public long AskedMs => askedMs;

    /// <summary>From then on it has been done, or never will be.</summary>
    public long EndsMs { get; set; } = long.MaxValue;

    /// <summary>From then on every node works with it.</summary>
    public long InForceMs { get; set; } = long.MaxValue;

    /// <summary>True: it was done. False: it was not. Null: nobody knows.</summary>
    public bool? IsDone { get; set; }

    /// <summary>Of a put: it made the subscription anew, as far as is known.</summary>
    public bool? Creates { get; set; }
    public Definition? Definition { get; init; }

    /// <summary>Where a creation or a replay begins: <c>now</c>, <c>earliest</c>, or a sequence.</summary>
    public string From { get; init; } = "now";
    public long Version { get; set; }

    /// <summary>Of a release: which head, and whether it is to be given up.</summary>
    public int Shard { get; init; } = -1;
    public long Sequence { get; init; }
    public bool Discards { get; init; }

    /// <summary>Called when it is known until when it may come into force.</summary>
    public Action<long>? Ended { get; set; }
    public IReadOnlyList<string> Letters { get; init; } = [];

    public bool IsCertain => IsDone == true;

    /// <summary>It may have been done by now.</summary>
    public bool IsPossible => IsDone != false;

    /// <summary>The subscription's deliveries begin anew.</summary>
    public bool IsRebirth => what is Replay or Delete || (what == Put && Creates != false);
}
