using System.Net;
using Herald.Kafka;
using Herald.Nats;
using Herald.Nats.Clusters;
using Herald.Postgres;
using Herald.Server.Http;
using static Herald.Server.Settings.SettingTypes;
using KafkaAddress = Herald.Kafka.Clusters.ClusterAddress;
using KafkaRoute = Herald.Kafka.Sources.SourceRoute;
using NatsAddress = Herald.Nats.Clusters.ClusterAddress;
using NatsRoute = Herald.Nats.Sources.SourceRoute;

namespace Herald.Server.Settings;

/// <summary>All settings, one entry each. So file, environment, command line, listing and checks cannot differ.</summary>
internal static class SettingTable
{
    private const long KiB = 1 << 10, MiB = 1 << 20, GiB = 1 << 30;
    private static readonly TimeSpan Day = TimeSpan.FromDays(1), Year = TimeSpan.FromDays(365);

    public static readonly IReadOnlyList<Setting> All =
    [
        new("listen",
            "The addresses on which the server listens.",
            ListenAddress.Rule, o => string.Join(",", o.Listen), ApplyListen),
        new("dataDirectory",
            "The directory for everything durable; it is created if it is missing.",
            "A directory.", o => o.DataDirectory,
            (o, text) => text.Length == 0 ? null : o with { DataDirectory = text, Journal = o.Journal with { Directory = text } }),
        new("store",
            "The store for events, progress and the catalog: embedded in the data directory, or PostgreSQL.",
            "embedded or postgres.", o => o.Store == StoreKind.Postgres ? "postgres" : "embedded",
            (o, text) => text switch { "embedded" => o with { Store = StoreKind.Embedded }, "postgres" => o with { Store = StoreKind.Postgres }, _ => null }),
        new("connection",
            "The PostgreSQL database, with store=postgres.",
            "postgres://user:password@host/database or Host=...;Database=...; several hosts with commas.",
            o => o.Postgres.Connection.Length == 0 ? null : o.Postgres.Connection, ApplyConnection) { Mask = MaskConnection },
        new("tokenFile",
            "The file with the bearer token that callers must send. Required to listen on addresses other than loopback.",
            "A file, or none.", o => o.TokenFile,
            (o, text) => text.Length == 0 ? null : o with { TokenFile = text == "none" ? null : text }),
        Switch("requireToken",
            "Require the token and guard webhook addresses on loopback too, for a proxy on this machine.",
            o => o.RequireToken, (o, v) => o with { RequireToken = v }),
        Switch("autoCreateTopics",
            "Create a topic when an event is published to an unknown one, instead of answering 404.",
            o => o.AutoCreateTopics, (o, v) => o with { AutoCreateTopics = v }),
        Bytes("maxBodyBytes",
            "The largest body of a publish request; a larger one is answered with 413.",
            KiB, 64 * MiB, o => o.MaxBodyBytes, (o, v) => o with { MaxBodyBytes = (int)v }),
        Bytes("maxBodyBytesInFlight",
            "Memory for large request bodies and their events; above it, publishing is answered with 503.",
            MiB, 64 * GiB, o => o.MaxBodyBytesInFlight, (o, v) => o with { MaxBodyBytesInFlight = v }),
        Number("maxConnections",
            "How many connections can be open at the same time; further connections are closed.",
            10, 1_000_000, o => o.MaxConnections, (o, v) => o with { MaxConnections = (int)v }),
        Number("maxMetricSeries",
            "How many label combinations one metric can have; further ones are counted but not kept.",
            10, 100_000, o => o.MaxMetricSeries, (o, v) => o with { MaxMetricSeries = (int)v }),
        Duration("stopTimeout",
            "How long a stop waits for requests in progress.",
            TimeSpan.Zero, TimeSpan.FromMinutes(10), o => o.StopTimeout, (o, v) => o with { StopTimeout = v }),

        Bytes("intake.maxPayloadBytes",
            "The largest payload of an event; a larger one is refused.",
            1, 16 * MiB, o => o.Engine.Intake.MaxPayloadBytes,
            (o, v) => o with { Engine = o.Engine with { Intake = o.Engine.Intake with { MaxPayloadBytes = (int)v } } }),
        Number("intake.maxBatchEvents",
            "How many events one request can publish.",
            1, 100_000, o => o.Engine.Intake.MaxBatchEvents,
            (o, v) => o with { Engine = o.Engine with { Intake = o.Engine.Intake with { MaxBatchEvents = (int)v } } }),

        Number("engine.maxInFlight",
            "How many attempts can be in flight on this node.",
            1, 100_000, o => o.Engine.MaxInFlight, (o, v) => o with { Engine = o.Engine with { MaxInFlight = (int)v } }),
        Number("engine.window",
            "How many deliveries of one subscription a shard holds in memory; above it, the subscription reads from the log.",
            2, 65_536, o => o.Engine.Window, (o, v) => o with { Engine = o.Engine with { Window = (int)v } }),
        Number("engine.laneWindow",
            "How many deliveries of one key are held in memory; further ones are read from the log when they are due.",
            1, 65_536, o => o.Engine.LaneWindow, (o, v) => o with { Engine = o.Engine with { LaneWindow = (int)v } }),
        Number("engine.maxBlockedPerSubscription",
            "How many keys of one subscription can be blocked before the subscription falls behind.",
            1, 10_000_000, o => o.Engine.MaxBlockedPerSubscription,
            (o, v) => o with { Engine = o.Engine with { MaxBlockedPerSubscription = (int)v } }),
        Number("engine.maxBlocked",
            "How many keys can be blocked on this node before subscriptions fall behind.",
            1, 100_000_000, o => o.Engine.MaxBlocked, (o, v) => o with { Engine = o.Engine with { MaxBlocked = (int)v } }),
        Bytes("engine.maxBytesInFlight",
            "How many bytes of events the attempts in flight can hold in memory; further attempts wait.",
            MiB, 64 * GiB, o => o.Engine.MaxBytesInFlight, (o, v) => o with { Engine = o.Engine with { MaxBytesInFlight = v } }),
        Bytes("engine.stateCache",
            "Memory for the state of each application on this node; other state is read from the store.",
            MiB, 64 * GiB, o => o.Engine.StateCache, (o, v) => o with { Engine = o.Engine with { StateCache = v } }),
        Bytes("engine.routeMemory",
            "Memory in which this node remembers which subscriptions receive which events.",
            MiB, 64 * GiB, o => o.Engine.RouteMemory, (o, v) => o with { Engine = o.Engine with { RouteMemory = v } }),
        Number("engine.catalogCache",
            "How many topics and subscriptions this node keeps in memory; topics in use always stay.",
            1, 1_000_000_000, o => o.Engine.CatalogCache, (o, v) => o with { Engine = o.Engine with { CatalogCache = (int)v } }),
        Duration("engine.commitEvery",
            "How often a shard saves its progress.",
            TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1), o => o.Engine.CommitEvery,
            (o, v) => o with { Engine = o.Engine with { CommitEvery = v } }),
        Duration("engine.grace",
            "How long a stop waits for attempts in flight.",
            TimeSpan.Zero, TimeSpan.FromMinutes(10), o => o.Engine.Grace, (o, v) => o with { Engine = o.Engine with { Grace = v } }),
        Duration("engine.handover",
            "How long a shard that moves to another node waits for its attempts in flight.",
            TimeSpan.Zero, TimeSpan.FromMinutes(10), o => o.Engine.Handover, (o, v) => o with { Engine = o.Engine with { Handover = v } }),

        Number("journal.shardCount",
            "How many shards a new journal gets; an existing journal keeps its number.",
            1, 1024, o => o.Journal.ShardCount, (o, v) => o with { Journal = o.Journal with { ShardCount = (int)v } }),
        Bytes("journal.segmentBytes",
            "The size of a log file.",
            16 * KiB, GiB, o => o.Journal.SegmentBytes, (o, v) => o with { Journal = o.Journal with { SegmentBytes = (int)v } }),
        Duration("journal.retainFor",
            "How long settled events stay readable.",
            TimeSpan.Zero, 100 * Year, o => o.Journal.RetainFor, (o, v) => o with { Journal = o.Journal with { RetainFor = v } }),
        OptionalBytes("journal.retainBytes",
            "The size of the log above which settled events are removed before retainFor.",
            0, o => o.Journal.RetainBytes, (o, v) => o with { Journal = o.Journal with { RetainBytes = v } }),
        OptionalBytes("journal.maxBytes",
            "How much disk the log and its index can take; above it, publishing is refused.",
            64 * KiB, o => o.Journal.MaxBytes, (o, v) => o with { Journal = o.Journal with { MaxBytes = v } }),
        Bytes("journal.minFreeBytes",
            "How much of the disk stays free; publishing is refused if it would take more.",
            0, 1024 * GiB, o => o.Journal.MinFreeBytes, (o, v) => o with { Journal = o.Journal with { MinFreeBytes = v } }),
        Duration("journal.duplicateWindow",
            "How long the id of an event is remembered, to recognise duplicates.",
            TimeSpan.Zero, Year, o => o.Journal.DuplicateWindow, (o, v) => o with { Journal = o.Journal with { DuplicateWindow = v } }),
        Number("journal.duplicateEntries",
            "How many ids of events are remembered, to recognise duplicates; each takes about 12 bytes of memory.",
            0, 1_000_000_000, o => o.Journal.DuplicateEntries, (o, v) => o with { Journal = o.Journal with { DuplicateEntries = v } }),
        Duration("journal.deadLetterRetention",
            "How long dead letters are kept.",
            TimeSpan.FromMinutes(1), 100 * Year, o => o.Journal.DeadLetterRetention,
            (o, v) => o with { Journal = o.Journal with { DeadLetterRetention = v } }),
        Bytes("journal.deadLetterBytes",
            "How many bytes of dead letters are kept; above it, the oldest are removed.",
            0, 1024 * GiB, o => o.Journal.DeadLetterBytes, (o, v) => o with { Journal = o.Journal with { DeadLetterBytes = v } }),
        Number("journal.keptEntries",
            "How many events of waiting keys are kept while the log around them is freed; each takes about 64 bytes of memory.",
            0, 100_000_000, o => o.Journal.KeptEntries,
            (o, v) => o with { Journal = o.Journal with { KeptEntries = (int)v } }),
        Number("journal.deadLetterEntries",
            "How many dead letters are kept; above it, the oldest are removed. Each takes about 150 bytes of memory.",
            0, 100_000_000, o => o.Journal.DeadLetterEntries,
            (o, v) => o with { Journal = o.Journal with { DeadLetterEntries = (int)v } }),
        Bytes("journal.historyBytes",
            "How many bytes of attempt history are kept; above it, the oldest blocks are removed.",
            0, 1024 * GiB, o => o.Journal.HistoryBytes, (o, v) => o with { Journal = o.Journal with { HistoryBytes = v } }),
        Duration("journal.historyAge",
            "How long attempt history is kept.",
            TimeSpan.FromMinutes(1), 100 * Year, o => o.Journal.HistoryAge,
            (o, v) => o with { Journal = o.Journal with { HistoryAge = v } }),
        Bytes("journal.checkpointBytes",
            "How many bytes of log lie between two checkpoints; a start reads that much of the log again.",
            16 * KiB, 1024 * GiB, o => o.Journal.CheckpointBytes, (o, v) => o with { Journal = o.Journal with { CheckpointBytes = v } }),

        Switch("migrate",
            "Apply the migrations of the PostgreSQL store at start.",
            o => o.Migrate, (o, v) => o with { Migrate = v }),
        new("wake",
            "How owners of shards learn of events that other nodes accepted; poll is for a database or pooler without NOTIFY.",
            "notify or poll.",
            o => o.Postgres.Wake == WakeMode.Poll ? "poll" : "notify",
            (o, text) => text switch { "notify" => Postgres(o, p => p with { Wake = WakeMode.Notify }), "poll" => Postgres(o, p => p with { Wake = WakeMode.Poll }), _ => null }),
        Duration("lease",
            "How long a node owns its shards without a renewal; a node that died is replaced within twice this time.",
            TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), o => o.Postgres.Lease, (o, v) => Postgres(o, p => p with { Lease = v })),
        new("node",
            "The name of this node, for operators.",
            "Up to 255 characters.", o => o.Postgres.NodeName,
            (o, text) => text.Length is 0 or > 255 ? null : Postgres(o, p => p with { NodeName = text })),
        new("postgres.schema",
            "The schema of Herald's tables; a second one, with _log after its name, holds the events.",
            "A lower-case letter, then up to 39 lower-case letters, digits and underscores.", o => o.Postgres.Schema,
            (o, text) => (o.Postgres with { Connection = "-", Schema = text }).Validate().Count == 0 ? Postgres(o, p => p with { Schema = text }) : null),
        Number("postgres.shardCount",
            "How many shards a new store gets; an existing store keeps its number.",
            1, 1024, o => o.Postgres.ShardCount, (o, v) => Postgres(o, p => p with { ShardCount = (int)v })),
        Number("postgres.appendPipelines",
            "How many connections append events at the same time.",
            1, 64, o => o.Postgres.AppendPipelines, (o, v) => Postgres(o, p => p with { AppendPipelines = (int)v })),
        Number("postgres.connections",
            "How many connections this node opens; six more are for leases, notifications and locks.",
            4, 1000, o => o.Postgres.Connections, (o, v) => Postgres(o, p => p with { Connections = (int)v })),
        Duration("postgres.commandTimeout",
            "How long a call waits for the database before it fails.",
            TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10), o => o.Postgres.CommandTimeout,
            (o, v) => Postgres(o, p => p with { CommandTimeout = v })),
        Bytes("postgres.recentBytes",
            "Memory for the newest events of the shards that this node owns.",
            0, 64 * GiB, o => o.Postgres.RecentBytes, (o, v) => Postgres(o, p => p with { RecentBytes = v })),
        Duration("postgres.periodAge",
            "The age at which a table of events is closed and a new one begins.",
            TimeSpan.FromMinutes(1), 30 * Day, o => o.Postgres.PeriodAge, (o, v) => Postgres(o, p => p with { PeriodAge = v })),
        Number("postgres.periodEvents",
            "The number of events at which a table of events is closed and a new one begins.",
            1000, 10_000_000_000, o => o.Postgres.PeriodEvents, (o, v) => Postgres(o, p => p with { PeriodEvents = v })),
        Duration("postgres.retainFor",
            "How long settled events stay readable.",
            TimeSpan.Zero, 100 * Year, o => o.Postgres.RetainFor, (o, v) => Postgres(o, p => p with { RetainFor = v })),
        OptionalBytes("postgres.retainBytes",
            "The size of all tables above which settled events are removed before retainFor.",
            0, o => o.Postgres.RetainBytes, (o, v) => Postgres(o, p => p with { RetainBytes = v })),
        OptionalBytes("postgres.maxBytes",
            "The size of all tables above which publishing is refused.",
            MiB, o => o.Postgres.MaxBytes, (o, v) => Postgres(o, p => p with { MaxBytes = v })),
        Duration("postgres.duplicateWindow",
            "How long the id of an event is remembered at least, to recognise duplicates.",
            TimeSpan.FromSeconds(1), Year, o => o.Postgres.DuplicateWindow, (o, v) => Postgres(o, p => p with { DuplicateWindow = v })),
        Number("postgres.duplicateEntries",
            "The number of ids at which a table of remembered ids is closed; duplicate checks read the newest two.",
            1000, 10_000_000_000, o => o.Postgres.DuplicateEntries, (o, v) => Postgres(o, p => p with { DuplicateEntries = v })),
        Duration("postgres.deadLetterRetention",
            "How long dead letters are kept.",
            TimeSpan.FromMinutes(1), 100 * Year, o => o.Postgres.DeadLetterRetention,
            (o, v) => Postgres(o, p => p with { DeadLetterRetention = v })),
        Bytes("postgres.deadLetterBytes",
            "How many bytes of dead letters are kept; above it, the oldest are removed.",
            0, 1024 * GiB, o => o.Postgres.DeadLetterBytes, (o, v) => Postgres(o, p => p with { DeadLetterBytes = v })),
        Duration("postgres.historyAge",
            "How long attempt history is kept.",
            TimeSpan.FromMinutes(1), 100 * Year, o => o.Postgres.HistoryAge, (o, v) => Postgres(o, p => p with { HistoryAge = v })),
        Bytes("postgres.historyBytes",
            "How many bytes of attempt history are kept; above it, the oldest blocks are removed.",
            0, 1024 * GiB, o => o.Postgres.HistoryBytes, (o, v) => Postgres(o, p => p with { HistoryBytes = v })),

        new("webhooks.guard",
            "Refuse webhook addresses that are not on the public internet.",
            "true, false, or auto: true unless every listen address is loopback and requireToken is off.",
            o => o.WebhookGuard is { } on ? (on ? "true" : "false") : "auto",
            (o, text) => text switch { "true" => o with { WebhookGuard = true }, "false" => o with { WebhookGuard = false }, "auto" => o with { WebhookGuard = null }, _ => null }),
        new("webhooks.allowedNetworks",
            "Networks that the guard allows although they are not public, such as 10.20.0.0/16.",
            "Networks such as 10.20.0.0/16 or fd00::/8, with only zero bits after the prefix; several with commas.",
            o => o.Webhooks.AllowedNetworks is { Count: > 0 } networks ? string.Join(",", networks) : null, ApplyNetworks),
        new("webhooks.proxy",
            "The HTTP proxy for all webhooks; it must guard addresses itself.",
            "An http:// URL without credentials, or none.", o => o.Webhooks.Proxy?.OriginalString, ApplyProxy),
        Duration("webhooks.maxRetryAfter",
            "The longest Retry-After that is followed; a longer value counts as this one.",
            TimeSpan.FromSeconds(1), Day, o => o.Webhooks.MaxRetryAfter,
            (o, v) => o with { Webhooks = o.Webhooks with { MaxRetryAfter = v } }),
        Duration("webhooks.idleConnectionLifetime",
            "How long an unused connection to an endpoint stays open.",
            TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), o => o.Webhooks.IdleConnectionLifetime,
            (o, v) => o with { Webhooks = o.Webhooks with { IdleConnectionLifetime = v } }),
        Duration("webhooks.connectionLifetime",
            "How long a connection to an endpoint is used before a new one replaces it, so that changes in DNS take effect.",
            TimeSpan.FromSeconds(1), Day, o => o.Webhooks.ConnectionLifetime,
            (o, v) => o with { Webhooks = o.Webhooks with { ConnectionLifetime = v } }),
        Bytes("webhooks.maxDrainBytes",
            "How much of an answer is read, after its first 4 KiB, so that the connection can be used again.",
            0, 16 * MiB, o => o.Webhooks.MaxDrainBytes, (o, v) => o with { Webhooks = o.Webhooks with { MaxDrainBytes = (int)v } }),
        Duration("webhooks.addressPatience",
            "How long one address of a host with several is tried before the next one.",
            TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1), o => o.Webhooks.AddressPatience,
            (o, v) => o with { Webhooks = o.Webhooks with { AddressPatience = v } }),

        new("kafka.clusters",
            "The Kafka clusters, by name.",
            KafkaAddress.Rule, o => o.Kafka.Clusters.Count == 0 ? null : string.Join(";", o.Kafka.Clusters),
            (o, text) => KafkaAddress.ParseAll(text) is { } clusters ? Kafka(o, k => k with { Clusters = clusters }) : null),
        new("kafka.properties",
            "A file with librdkafka's properties, such as those of TLS and SASL.",
            "A file with lines like property=value or CLUSTER.property=value, or none.", o => o.Kafka.PropertiesFile,
            (o, text) => text.Length == 0 ? null : Kafka(o, k => k with { PropertiesFile = text == "none" ? null : text })),
        new("kafka.sources",
            "Which Kafka topics become events of which Herald topic.",
            KafkaRoute.Rule, o => o.Kafka.Sources.Count == 0 ? null : string.Join(";", o.Kafka.Sources),
            (o, text) => KafkaRoute.ParseAll(text) is { } sources ? Kafka(o, k => k with { Sources = sources }) : null),
        new("kafka.group",
            "The consumer group of all nodes that share a store.",
            "1 to 255 characters.", o => o.Kafka.Group,
            (o, text) => text.Length is 0 or > 255 ? null : Kafka(o, k => k with { Group = text })),
        Number("kafka.batchEvents",
            "How many messages are appended together.",
            1, 10_000, o => o.Kafka.BatchEvents, (o, v) => Kafka(o, k => k with { BatchEvents = (int)v })),
        Duration("kafka.batchWait",
            "How long a message waits for others that are appended with it.",
            TimeSpan.Zero, TimeSpan.FromSeconds(10), o => o.Kafka.BatchWait, (o, v) => Kafka(o, k => k with { BatchWait = v })),
        Bytes("kafka.batchBytes",
            "How many bytes are appended together; the last message can exceed them.",
            KiB, 64 * MiB, o => o.Kafka.BatchBytes, (o, v) => Kafka(o, k => k with { BatchBytes = (int)v })),
        Duration("kafka.handover",
            "How long partitions that move to another node wait until the messages read from them are durable.",
            TimeSpan.Zero, TimeSpan.FromMinutes(4), o => o.Kafka.Handover, (o, v) => Kafka(o, k => k with { Handover = v })),

        new("nats.clusters",
            "The NATS clusters, by name.",
            NatsAddress.Rule, o => o.Nats.Clusters.Count == 0 ? null : string.Join(";", o.Nats.Clusters),
            (o, text) => NatsAddress.ParseAll(text) is { } clusters ? Nats(o, n => n with { Clusters = clusters }) : null),
        OfClusters("nats.users",
            "The users of NATS clusters.",
            o => o.Nats.Users, (n, v) => n with { Users = v }),
        OfClusters("nats.passwordFiles",
            "Files with the passwords of the users.",
            o => o.Nats.PasswordFiles, (n, v) => n with { PasswordFiles = v }),
        OfClusters("nats.tokenFiles",
            "Files with tokens, instead of users and passwords.",
            o => o.Nats.TokenFiles, (n, v) => n with { TokenFiles = v }),
        OfClusters("nats.nkeyFiles",
            "Files with the seed of a user's NKey, instead of users and passwords.",
            o => o.Nats.NKeyFiles, (n, v) => n with { NKeyFiles = v }),
        OfClusters("nats.credentialsFiles",
            "Credentials files, with a user's JWT and the seed of its NKey, instead of users and passwords.",
            o => o.Nats.CredentialsFiles, (n, v) => n with { CredentialsFiles = v }),
        OfClusters("nats.certificateFiles",
            "Files, in PEM, with Herald's own certificates, for servers that verify clients.",
            o => o.Nats.CertificateFiles, (n, v) => n with { CertificateFiles = v }),
        OfClusters("nats.certificateKeyFiles",
            "Files, in PEM, with the private keys of these certificates.",
            o => o.Nats.CertificateKeyFiles, (n, v) => n with { CertificateKeyFiles = v }),
        OfClusters("nats.caFiles",
            "Files, in PEM, with the certificates that sign the servers' certificates, instead of those that the system trusts.",
            o => o.Nats.CaFiles, (n, v) => n with { CaFiles = v }),
        new("nats.sources",
            "Which NATS subjects become events of which Herald topic.",
            NatsRoute.Rule, o => o.Nats.Sources.Count == 0 ? null : string.Join(";", o.Nats.Sources),
            (o, text) => NatsRoute.ParseAll(text) is { } sources ? Nats(o, n => n with { Sources = sources }) : null),
        new("nats.group",
            "The group of all nodes that share a store, for sources that name no group.",
            "1 to 255 letters, digits, hyphens and underscores.", o => o.Nats.Group,
            (o, text) => text.Length is > 0 and <= 255 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? Nats(o, n => n with { Group = text }) : null),
        Number("nats.batchEvents",
            "How many messages are appended together.",
            1, 10_000, o => o.Nats.BatchEvents, (o, v) => Nats(o, n => n with { BatchEvents = (int)v })),
        Duration("nats.batchWait",
            "How long a message waits for others that are appended with it.",
            TimeSpan.Zero, TimeSpan.FromSeconds(10), o => o.Nats.BatchWait, (o, v) => Nats(o, n => n with { BatchWait = v })),
        Bytes("nats.batchBytes",
            "How many bytes are appended together; the last message can exceed them.",
            KiB, 64 * MiB, o => o.Nats.BatchBytes, (o, v) => Nats(o, n => n with { BatchBytes = (int)v })),
        Duration("nats.handover",
            "How long a stop, or a move to another node, waits until the messages that were read are durable.",
            TimeSpan.Zero, TimeSpan.FromMinutes(4), o => o.Nats.Handover, (o, v) => Nats(o, n => n with { Handover = v })),
    ];

    private static Setting OfClusters(
        string name, string purpose, Func<ServerOptions, ByCluster> get, Func<NatsOptions, ByCluster, NatsOptions> set) => new(
        name, purpose, ByCluster.Rule, o => get(o) is { Clusters.Count: > 0 } values ? values.ToString() : null,
        (o, text) => ByCluster.Parse(text) is { } values ? Nats(o, n => set(n, values)) : null);

    private static ServerOptions Nats(ServerOptions options, Func<NatsOptions, NatsOptions> change) => options with { Nats = change(options.Nats) };

    private static ServerOptions Kafka(ServerOptions options, Func<KafkaOptions, KafkaOptions> change) => options with { Kafka = change(options.Kafka) };

    private static ServerOptions Postgres(ServerOptions options, Func<PostgresOptions, PostgresOptions> change) => options with { Postgres = change(options.Postgres) };

    private static ServerOptions? ApplyListen(ServerOptions options, string text)
    {
        var addresses = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return addresses.Length > 0 && addresses.All(a => ListenAddress.TryParse(a, out _)) ? options with { Listen = addresses } : null;
    }

    private static ServerOptions? ApplyConnection(ServerOptions options, string text)
    {
        try
        {
            return Postgres(options, p => p with { Connection = ConnectionText.Parse(text).Npgsql });
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static string MaskConnection(string text)
    {
        try
        {
            return ConnectionText.Parse(text).ToString();
        }
        catch (FormatException)
        {
            return "(hidden)";
        }
    }

    private static ServerOptions? ApplyNetworks(ServerOptions options, string text)
    {
        var networks = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return networks.All(n => IPNetwork.TryParse(n, out _) && IsExact(n)) ? options with { Webhooks = options.Webhooks with { AllowedNetworks = networks } } : null;
    }

    /// <summary>No bits are set after the prefix. 10.0.0.1/8 is a mistake, and it is not clear which network is meant.</summary>
    private static bool IsExact(string network) => IPNetwork.Parse(network).BaseAddress.Equals(IPAddress.Parse(network[..network.IndexOf('/')]));

    private static ServerOptions? ApplyProxy(ServerOptions options, string text)
    {
        if (text == "none")
            return options with { Webhooks = options.Webhooks with { Proxy = null } };
        return Uri.TryCreate(text, UriKind.Absolute, out var proxy) && proxy.Scheme == Uri.UriSchemeHttp && proxy.UserInfo.Length == 0
            ? options with { Webhooks = options.Webhooks with { Proxy = proxy } }
            : null;
    }
}
