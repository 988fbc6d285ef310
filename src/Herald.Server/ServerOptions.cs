using Herald.Channels.Webhooks;
using Herald.Engine;
using Herald.Engine.Basics;
using Herald.Journal;
using Herald.Kafka;
using Herald.Nats;
using Herald.Postgres;

namespace Herald.Server;

/// <summary>What a server is told at start. Read from files, environment and command line by <see cref="ServerSettings"/>.</summary>
public sealed record ServerOptions
{
    /// <summary>Addresses to listen on, <c>host:port</c> with an IP address, <c>localhost</c> or <c>*</c>; port 0 takes a free one. Default 127.0.0.1:8090.</summary>
    public IReadOnlyList<string> Listen { get; init; } = ["127.0.0.1:8090"];

    /// <summary>Where everything durable lives. Default ./data.</summary>
    public string DataDirectory { get; init; } = "./data";

    /// <summary>Where events, progress and the catalog live. Default: embedded, in the data directory.</summary>
    public StoreKind Store { get; init; } = StoreKind.Embedded;

    /// <summary>A file with the bearer token that callers must send. Default none; required to listen on anything but loopback.</summary>
    public string? TokenFile { get; init; }

    /// <summary>
    /// Ask every caller for the token, and guard webhook addresses, on loopback too: there a proxy on this machine hands on what others send. Default off; needs a TokenFile.
    /// </summary>
    public bool RequireToken { get; init; }

    /// <summary>Publishing to an unknown topic creates it. Default off: a misspelt topic is an error.</summary>
    public bool AutoCreateTopics { get; init; }

    /// <summary>Bytes of one request body when publishing. Default 16 MiB; 1 KiB to 64 MiB. A larger one is answered 413.</summary>
    public int MaxBodyBytes { get; init; } = 16 << 20;

    /// <summary>
    /// Bytes of large bodies being read, and of their events until they are answered. Default 256 MiB; at least MaxBodyBytes. Past it
    /// publishing is answered 503.
    /// </summary>
    public long MaxBodyBytesInFlight { get; init; } = 256 << 20;

    /// <summary>Connections open at the same time. Default 10,000; 10 to 1,000,000. Further ones are closed.</summary>
    public int MaxConnections { get; init; } = 10_000;

    /// <summary>Metric series (label combinations) of one metric. Default 1,000; 10 to 100,000. Further ones are not kept, and counted.</summary>
    public int MaxMetricSeries { get; init; } = 1000;

    /// <summary>How long a stop waits for requests under way. Default 10 s; 0 to 10 min. Attempts have a grace time of their own.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Refuse webhook addresses that are not on the public internet. Default: on, except when listening on loopback only and without
    /// <see cref="RequireToken"/>, where whoever can create a subscription is on this machine anyway.
    /// </summary>
    public bool? WebhookGuard { get; init; }

    public EngineOptions Engine { get; init; } = new();

    /// <summary>Its directory is <see cref="DataDirectory"/>.</summary>
    public JournalOptions Journal { get; init; } = new() { Directory = "./data" };

    /// <summary>Counts when <see cref="Store"/> says so.</summary>
    public PostgresOptions Postgres { get; init; } = new() { Connection = "" };

    /// <summary>Apply the store's migrations at start. Default on.</summary>
    public bool Migrate { get; init; } = true;

    /// <summary>Its guard is <see cref="WebhookGuard"/>.</summary>
    public WebhookOptions Webhooks { get; init; } = WebhookOptions.Default;

    public KafkaOptions Kafka { get; init; } = new();

    public NatsOptions Nats { get; init; } = new();

    public ApplicationOptions Applications { get; init; } = ApplicationOptions.Defaults;
}
