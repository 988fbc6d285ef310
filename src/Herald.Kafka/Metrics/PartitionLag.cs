namespace Herald.Kafka.Metrics;

/// <param name="Lag">Messages in the partition that are not committed yet.</param>
internal readonly record struct PartitionLag(string Topic, int Partition, long Lag);
