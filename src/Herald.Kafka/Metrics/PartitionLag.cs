namespace Herald.Kafka.Metrics;

/// <param name="Lag">Messages that are in the partition and not committed yet.</param>
internal readonly record struct PartitionLag(string Topic, int Partition, long Lag);
