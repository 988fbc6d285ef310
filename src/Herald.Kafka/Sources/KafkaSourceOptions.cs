namespace Herald.Kafka.Sources;

/// <summary>The options of one source.</summary>
public sealed record KafkaSourceOptions
{
    /// <summary>The topics of the cluster.</summary>
    public required IReadOnlyList<string> From { get; init; }

    /// <summary>The Herald topic.</summary>
    public required string Topic { get; init; }

    public required string Group { get; init; }
    public required int BatchEvents { get; init; }
    public required TimeSpan BatchWait { get; init; }
    public required int BatchBytes { get; init; }
    public required TimeSpan Handover { get; init; }

    public static KafkaSourceOptions Of(KafkaOptions options, SourceRoute route)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(route);
        return new()
        {
            From = route.Topic,
            Topic = route.To,
            Group = options.Group,
            BatchEvents = options.BatchEvents,
            BatchWait = options.BatchWait,
            BatchBytes = options.BatchBytes,
            Handover = options.Handover,
        };
    }
}
