namespace Herald.Kafka.Producers;

/// <param name="Acknowledged">The number of messages that all in-sync replicas have.</param>
/// <param name="Problem">The error of the first of the other messages; null when there are none.</param>
public readonly record struct SentBatch(int Acknowledged, string? Problem);
