namespace Herald.Judging.Events;

/// <summary>How an event came to be.</summary>
public enum Origin
{
    Published,

    /// <summary>By a subscription that gave it up.</summary>
    Forwarded,

    /// <summary>By an operator, of a dead letter.</summary>
    Redriven,
}

/// <summary>An event, as its publisher sent it and as it was answered for.</summary>
public sealed class SentEvent(Origin origin, string topic, string? key, string id, long askedMs)
{
    public Origin Origin => origin;
    public string Topic => topic;
    public string? Key => key;
    public string Id => id;

    /// <summary>What keeps its order: topic and key; an event without a key is alone.</summary>
    public string Line { get; } = key is null ? $"{topic}\n\n{id}" : LineOf(topic, key);

    public static string LineOf(string topic, string key) => $"{topic}\n{key}";

    /// <summary>It was not accepted before.</summary>
    public long AskedMs => askedMs;

    /// <summary>By then it was accepted: it had been answered for, or had been received.</summary>
    public long AcceptedByMs { get; set; } = long.MaxValue;
    public bool IsAccepted => AcceptedByMs != long.MaxValue;

    /// <summary>Its publisher was told so; then it must reach everybody who wants it.</summary>
    public bool IsPromised { get; set; }
    public int Shard { get; set; } = -1;

    /// <summary>0: not known yet.</summary>
    public long Sequence { get; set; }

    /// <summary>Of one id there may have been several contents asked for; one of them was taken.</summary>
    public List<Content> Contents { get; } = [];

    /// <summary>Of a redrive: whom it is for.</summary>
    public string? Address { get; init; }

    public override string ToString() => $"event {id} of topic {topic}, "
        + $"{(key is null ? "without a key" : $"key {key}")}{(Sequence > 0 ? $", sequence {Sequence}" : "")}";
}

/// <summary>What a filter and a receiver see of an event.</summary>
public sealed record Content(string? Type, IReadOnlyDictionary<string, string> Attributes, string Digest)
{
    public bool Same(Content other) => Type == other.Type && Digest == other.Digest && Attributes.Count == other.Attributes.Count
        && Attributes.All(one => other.Attributes.TryGetValue(one.Key, out var value) && value == one.Value);
}
