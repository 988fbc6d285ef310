using Herald.Engine.Channels;
using Herald.Engine.Events;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Reports;

/// <summary>What the report of one delivery says, as far as the shard knows it when the delivery ends.</summary>
internal sealed record DeliveryReport(ReportRequest Request, ReportKinds Kind)
{
    // Reasons of deliveries that expire. An exhausted one has the reason of its dead letter.
    public const string Ttl = "ttl", TooLate = "too-late", EventGone = "event-gone";

    /// <summary>The estimated size of a report's event.</summary>
    public const int Bytes = 4096;

    /// <summary>A short, stable code. Empty for a delivery that succeeded.</summary>
    public string Reason { get; init; } = "";

    public string Detail { get; init; } = "";

    /// <summary>The last attempt; null when there was none, or when another owner of the shard made it.</summary>
    public AttemptResult? Last { get; init; }

    public int Attempts { get; init; }

    /// <summary>By the wall clock; 0 without an attempt.</summary>
    public long FirstAttemptAtMs { get; init; }

    /// <summary>The event without its payload, as the last attempt had it. Null: it must be read from the log.</summary>
    public EventView? Event { get; init; }

    /// <summary>A forward that fails ends in another way, so this is known only when the delivery is saved.</summary>
    public bool IsWanted => (Request.On & Kind) != 0;
}
