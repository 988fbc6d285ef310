namespace Herald.Engine.Inspection;

/// <summary>What a step of a delivery was.</summary>
public enum DeliveryStepKind
{
    Delivered,
    DeadLettered,

    /// <summary>The dead letter was sent again: its event has another sequence.</summary>
    Redriven,
    Forwarded,
    Expired,
    Discarded,

    /// <summary>The key began to wait for an operator.</summary>
    Held,

    /// <summary>An operator let the held key go on.</summary>
    Released,

    /// <summary>An operator ordered that the subscription gets the event again.</summary>
    Replayed,
}

/// <summary>Something that ended a delivery, or that made it go on.</summary>
/// <param name="Attempts">The attempts that led to the step; 0 for a step that needed none.</param>
public sealed record DeliveryStep(DeliveryStepKind Kind, DateTimeOffset At, int Attempts)
{
    /// <summary>The name of whoever ordered the step; null when Herald decided it.</summary>
    public string? By { get; init; }

    /// <summary>Of a redrive: the sequence of the event that is sent again.</summary>
    public long? Sequence { get; init; }

    /// <summary>Of a forward: the topic of the new event.</summary>
    public string? Topic { get; init; }
}
