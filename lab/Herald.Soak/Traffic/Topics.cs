namespace Herald.Soak.Traffic;

/// <summary>One topic for each entrance.</summary>
internal static class Topics
{
    public const string Http = "published", Kafka = "from-kafka", Nats = "from-nats";
}
