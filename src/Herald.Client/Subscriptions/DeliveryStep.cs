namespace Herald.Client;

/// <summary>Something that ended a delivery, or that made it go on.</summary>
public sealed record DeliveryStep
{
    /// <summary>
    /// <c>delivered</c>, <c>deadLettered</c>, <c>redriven</c>, <c>forwarded</c>, <c>expired</c>, <c>discarded</c>, <c>held</c>,
    /// <c>released</c> or <c>replayed</c>.
    /// </summary>
    public required string Step { get; init; }
    public required DateTimeOffset At { get; init; }

    /// <summary>The attempts that led to it; null when there were none.</summary>
    public int? Attempts { get; init; }

    /// <summary>The caller who ordered it; null when Herald decided it.</summary>
    public string? By { get; init; }

    /// <summary>Of a redrive: the sequence of the event that is sent again.</summary>
    public long? Sequence { get; init; }

    /// <summary>Of a forward: the topic of the new event.</summary>
    public string? Topic { get; init; }
}
