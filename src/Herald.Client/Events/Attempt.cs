namespace Herald.Client;

/// <summary>One try at a delivery.</summary>
public sealed record Attempt
{
    public required string Subscription { get; init; }
    public required int Shard { get; init; }
    public required long Sequence { get; init; }

    /// <summary>1 for the first attempt of the delivery. A redrive and a replay are deliveries of their own.</summary>
    public required int Number { get; init; }

    /// <summary>What the attempt sent the event for: <c>first</c>, <c>redrive</c> or <c>replay</c>.</summary>
    public string Sending { get; init; } = "first";

    /// <summary>1 until the first replay of the subscription, which begins generation 2.</summary>
    public int Generation { get; init; } = 1;
    public required DateTimeOffset At { get; init; }
    public required double DurationMs { get; init; }

    /// <summary><c>delivered</c>, <c>failed</c>, <c>endpointGone</c>, <c>rejected</c> or <c>expired</c>.</summary>
    public required string Outcome { get; init; }

    /// <summary>How far it came.</summary>
    public required string Stage { get; init; }
    public int? StatusCode { get; init; }
    public required string Reason { get; init; }

    /// <summary>The beginning of the receiver's answer.</summary>
    public required string Answer { get; init; }
}
