namespace Herald.Kafka.Producers;

/// <summary>What became of a message.</summary>
/// <param name="Problem">Null when the message is acknowledged.</param>
public readonly record struct SentMessage(SentOutcome Outcome, string? Problem);

public enum SentOutcome
{
    /// <summary>All in-sync replicas have the message.</summary>
    Acknowledged,

    /// <summary>The cluster never takes this message, whatever the time: it is too large, for example.</summary>
    Refused,

    /// <summary>It is not known whether the cluster has the message.</summary>
    Unknown,
}
