namespace Herald.Nats.Sources;

/// <summary>How one source reads.</summary>
public sealed record NatsSourceOptions
{
    /// <summary>At least one, with <c>*</c> for one part of a subject and <c>&gt;</c> for all that follow. No message may be to two of them.</summary>
    public required IReadOnlyList<string> Subjects { get; init; }

    /// <summary>The topic of Herald.</summary>
    public required string Topic { get; init; }

    /// <summary>The stream of JetStream that keeps the messages; it is made when there is none. Default none: what is sent while nobody reads is lost.</summary>
    public string? Stream { get; init; }

    /// <summary>
    /// Shared by all nodes over one store. Of a stream one node reads all, and Herald remembers by this name how far; of two sources over one stream each has a
    /// group of its own. Without a stream each message goes to one of the nodes. Default <c>herald</c>.
    /// </summary>
    public string Group { get; init; } = "herald";

    /// <summary>Without a stream: one node reads all, too, which keeps the order; what is sent while another one takes over is lost. Default off.</summary>
    public bool OneReader { get; init; }

    /// <summary>Messages of one append. Default 500; 1 to 10,000.</summary>
    public int BatchEvents { get; init; } = 500;

    /// <summary>Bytes of one append, but for its last message. Default 4 MiB.</summary>
    public int BatchBytes { get; init; } = 4 << 20;

    /// <summary>How long a message waits for others to be appended with. Default 50 ms.</summary>
    public TimeSpan BatchWait { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Replicas of a stream that is made. Default 1.</summary>
    public int Replicas { get; init; } = 1;

    /// <summary>How long a stop, or another node that takes over, waits for what was read to be durable. Default 10 s.</summary>
    public TimeSpan Handover { get; init; } = TimeSpan.FromSeconds(10);

    public static NatsSourceOptions Of(NatsOptions options, SourceRoute route)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(route);
        return new()
        {
            Subjects = route.Subjects,
            Topic = route.Topic,
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
