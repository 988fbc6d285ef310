namespace Herald.Engine.Subscriptions;

/// <summary>Asks for events in a topic, reports, about what becomes of deliveries and of the subscription itself.</summary>
/// <param name="Topic">A topic of the subscription's tenant.</param>
public sealed record ReportRequest(string Topic, ReportKinds On);

/// <summary>What can be reported. Part of the catalog's format.</summary>
[Flags]
public enum ReportKinds
{
    None = 0,

    /// <summary>The receiver took the event. Not for an event that was sent again from a dead letter.</summary>
    Delivered = 1,

    /// <summary>The receiver took an event that was sent again from a dead letter.</summary>
    Recovered = 2,

    /// <summary>The event became a dead letter.</summary>
    Exhausted = 4,

    /// <summary>The event was too old, or it no longer exists.</summary>
    Expired = 8,

    /// <summary>An operator discarded the event while its key was held.</summary>
    Discarded = 16,

    /// <summary>The event went to the topic of the policy.</summary>
    Forwarded = 32,

    /// <summary>The subscription was disabled, because its endpoint answered that it is gone.</summary>
    Disabled = 64,

    /// <summary>The ways in which a delivery can end.</summary>
    Ends = Delivered | Recovered | Exhausted | Expired | Discarded | Forwarded,

    All = Ends | Disabled,
}
