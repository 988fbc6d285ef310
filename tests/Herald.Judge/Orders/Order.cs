namespace Herald.Judging.Orders;

/// <summary>An order of an operator, and what is known about whether and when it was done.</summary>
public sealed class Order(string what, string subscription, string through, long askedMs)
{
    public const string Put = "put", Pause = "pause", Resume = "resume", Replay = "replay", Delete = "delete";
    public const string Release = "release", Redrive = "redrive", DiscardLetters = "discard";

    /// <summary>Not an order: an endpoint answered that it is gone, and Herald can have stopped sending to it.</summary>
    public const string Gone = "gone";

    public string What => what;
    public string Subscription => subscription;

    /// <summary>The node that received the order.</summary>
    public string Through => through;
    public long AskedMs => askedMs;

    /// <summary>From this moment the order is done, or will never be.</summary>
    public long EndsMs { get; set; } = long.MaxValue;

    /// <summary>From this moment every node works with the change.</summary>
    public long InForceMs { get; set; } = long.MaxValue;

    /// <summary>True: it was done. False: it was not. Null: unknown.</summary>
    public bool? IsDone { get; set; }

    /// <summary>For a PUT: it created the subscription, as far as is known.</summary>
    public bool? Creates { get; set; }
    public Definition? Definition { get; init; }

    /// <summary>Where a creation or a replay begins: <c>now</c>, <c>earliest</c>, or a sequence.</summary>
    public string From { get; init; } = "now";
    public long Version { get; set; }

    /// <summary>For a release: the shard of the head.</summary>
    public int Shard { get; init; } = -1;
    public long Sequence { get; init; }
    public bool Discards { get; init; }

    /// <summary>Called with the latest moment at which the order can come into force, as soon as that is known.</summary>
    public Action<long>? Ended { get; set; }
    public IReadOnlyList<string> Letters { get; init; } = [];

    public bool IsCertain => IsDone == true;

    /// <summary>It can have been done.</summary>
    public bool IsPossible => IsDone != false;

    /// <summary>The deliveries of the subscription begin again.</summary>
    public bool IsRebirth => what is Replay or Delete || (what == Put && Creates != false);
}
