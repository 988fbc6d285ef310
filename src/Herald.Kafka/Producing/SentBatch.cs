namespace Herald.Kafka.Producing;

/// <param name="Acknowledged">How many messages all replicas in sync have.</param>
/// <param name="Problem">Of the first of the others; null when there are none.</param>
public readonly record struct SentBatch(int Acknowledged, string? Problem);
