namespace Herald.Nats.Sources;

/// <summary>The options of one source.</summary>
public sealed record NatsSourceOptions
{
    /// <summary>
    /// At least one. <c>*</c> matches one part of a subject, and <c>&gt;</c> all parts that follow. No message may match two of them.
    /// </summary>
    public required IReadOnlyList<string> Subjects { get; init; }

    /// <summary>The Herald topic.</summary>
    public required string Topic { get; init; }

    /// <summary>
    /// The stream that keeps the messages; it is created if it does not exist. Default none: messages that are sent while no node reads are
    /// lost.
    /// </summary>
    public string? Stream { get; init; }

    /// <summary>
    /// The group of all nodes that share a store. With a stream, it is part of the name of the position, so two sources of one stream need
    /// different groups. Without a stream, each message goes to one node of the group. Default <c>herald</c>.
    /// </summary>
    public string Group { get; init; } = "herald";

    /// <summary>
    /// Without a stream: one node reads all messages, which keeps their order. Messages that are sent while another node takes over are
    /// lost. Default off.
    /// </summary>
    public bool OneReader { get; init; }

    /// <summary>Maximum messages of one append. Default 500; 1 to 10,000.</summary>
    public int BatchEvents { get; init; } = 500;

    /// <summary>Bytes of one append; its last message can exceed them. Default 4 MiB.</summary>
    public int BatchBytes { get; init; } = 4 << 20;

    /// <summary>How long a message waits for others that are appended with it. Default 50 ms.</summary>
    public TimeSpan BatchWait { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Replicas of a stream that Herald creates. Default 1.</summary>
    public int Replicas { get; init; } = 1;

    /// <summary>How long a stop, or a move to another node, waits until the messages that were read are durable. Default 10 s.</summary>
    public TimeSpan Handover { get; init; } = TimeSpan.FromSeconds(10);

    public static NatsSourceOptions Of(NatsOptions options, SourceRoute route)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(route);
        return new()
        {
            Subjects = route.Subject,
            Topic = route.To,
            Stream = route.Stream,
            Group = route.Group ?? options.Group,
            OneReader = route.OneReader,
            Replicas = route.Replicas,
            BatchEvents = options.BatchEvents,
            BatchWait = options.BatchWait,
            BatchBytes = options.BatchBytes,
            Handover = options.Handover,
        };
    }
}
