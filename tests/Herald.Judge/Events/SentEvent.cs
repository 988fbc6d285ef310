namespace Herald.Judging.Events;

/// <summary>How an event was made.</summary>
public enum Origin
{
    Published,

    /// <summary>By a subscription that gave up another event.</summary>
    Forwarded,

    /// <summary>By an operator, from a dead letter.</summary>
    Redriven,
}

/// <summary>An event, as its publisher sent it and as the answer described it.</summary>
public sealed class SentEvent(Origin origin, string topic, string? key, string id, long askedMs)
{
    public Origin Origin => origin;
    public string Topic => topic;
    public string? Key => key;
    public string Id => id;

    /// <summary>The name of the order it belongs to: topic and key. An event without a key has an order of its own.</summary>
    public string Line { get; } = key is null ? $"{topic}\n\n{id}" : LineOf(topic, key);

    public static string LineOf(string topic, string key) => $"{topic}\n{key}";

    /// <summary>It was not accepted before this moment.</summary>
    public long AskedMs => askedMs;

    /// <summary>It was accepted by this moment, because an answer or a receiver has shown it.</summary>
    public long AcceptedByMs { get; set; } = long.MaxValue;
    public bool IsAccepted => AcceptedByMs != long.MaxValue;

    /// <summary>Its publisher got the answer that it is accepted. So it must reach every subscription that wants it.</summary>
    public bool IsPromised { get; set; }
    public int Shard { get; set; } = -1;

    /// <summary>0: not known yet.</summary>
    public long Sequence { get; set; }

    /// <summary>Contents that were published under its id. The store took one of them.</summary>
    public List<Content> Contents { get; } = [];

    /// <summary>The subscription that a redrive is for.</summary>
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
