using Herald.Channels.Webhooks;
using Herald.Engine;
using Herald.Engine.Basics;
using Herald.Journal;
using Herald.Kafka;
using Herald.Nats;
using Herald.Postgres;

namespace Herald.Server;

/// <summary>The options of a server. <see cref="ServerSettings"/> reads them from a file, the environment and the command line.</summary>
public sealed record ServerOptions
{
    /// <summary>
    /// Addresses to listen on, as <c>host:port</c> with an IP address, <c>localhost</c> or <c>*</c>. Port 0 selects a free one. Default
    /// 127.0.0.1:8090.
    /// </summary>
    public IReadOnlyList<string> Listen { get; init; } = ["127.0.0.1:8090"];

    /// <summary>The directory for everything durable. Default ./data.</summary>
    public string DataDirectory { get; init; } = "./data";

    /// <summary>The store for events, progress and the catalog. Default: embedded, in the data directory.</summary>
    public StoreKind Store { get; init; } = StoreKind.Embedded;

    /// <summary>
    /// A file with the bearer token that callers must send. Default none. Required to listen on anything except loopback.
    /// </summary>
    public string? TokenFile { get; init; }

    /// <summary>
    /// Every caller must send the token, and webhook addresses are guarded, on loopback too. It is for a proxy on this machine that
    /// forwards the requests of others. Default off; needs <see cref="TokenFile"/>.
    /// </summary>
    public bool RequireToken { get; init; }

    /// <summary>Publishing to an unknown topic creates it. Default off, so that a misspelt topic is an error.</summary>
    public bool AutoCreateTopics { get; init; }

    /// <summary>
    /// Maximum bytes of one request body when publishing. Default 16 MiB; 1 KiB to 64 MiB. A larger body is answered with 413.
    /// </summary>
    public int MaxBodyBytes { get; init; } = 16 << 20;

    /// <summary>
    /// Maximum bytes of large bodies that are being read, and of their events until they are answered. Default 256 MiB; at least <see
    /// cref="MaxBodyBytes"/>. Above it, publishing is answered with 503.
    /// </summary>
    public long MaxBodyBytesInFlight { get; init; } = 256 << 20;

    /// <summary>
    /// Maximum connections that are open at the same time. Default 10,000; 10 to 1,000,000. Further connections are closed.
    /// </summary>
    public int MaxConnections { get; init; } = 10_000;

    /// <summary>
    /// Maximum series (label combinations) of one metric. Default 1,000; 10 to 100,000. Measurements of further series are counted but not
    /// kept.
    /// </summary>
    public int MaxMetricSeries { get; init; } = 1000;

    /// <summary>How long a stop waits for requests in progress. Default 10 s; 0 to 10 min. Attempts have a separate grace time.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Refuses webhook addresses that are not on the public internet. Default: on, except when the server listens on loopback only and
    /// without <see cref="RequireToken"/>. Then every caller that can create a subscription is on this machine anyway.
    /// </summary>
    public bool? WebhookGuard { get; init; }

    public EngineOptions Engine { get; init; } = new();

    /// <summary>The options of the embedded store. Its directory is <see cref="DataDirectory"/>.</summary>
    public JournalOptions Journal { get; init; } = new() { Directory = "./data" };

    /// <summary>The options of the PostgreSQL store; used when <see cref="Store"/> is <see cref="StoreKind.Postgres"/>.</summary>
    public PostgresOptions Postgres { get; init; } = new() { Connection = "" };

    /// <summary>Applies the store's migrations at start. Default on.</summary>
    public bool Migrate { get; init; } = true;

    /// <summary>The options of webhooks. Their guard is <see cref="WebhookGuard"/>.</summary>
    public WebhookOptions Webhooks { get; init; } = WebhookOptions.Default;

    public KafkaOptions Kafka { get; init; } = new();

    public NatsOptions Nats { get; init; } = new();

    public ApplicationOptions Applications { get; init; } = ApplicationOptions.Defaults;
}
