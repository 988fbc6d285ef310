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
        new("listen", ListenAddress.Rule, o => string.Join(",", o.Listen), ApplyListen),
        new("dataDirectory", "A directory; made when it is missing.", o => o.DataDirectory,
            (o, text) => text.Length == 0 ? null : o with { DataDirectory = text, Journal = o.Journal with { Directory = text } }),
        new("store", "embedded (in the data directory) or postgres.", o => o.Store == StoreKind.Postgres ? "postgres" : "embedded",
            (o, text) => text switch { "embedded" => o with { Store = StoreKind.Embedded }, "postgres" => o with { Store = StoreKind.Postgres }, _ => null }),
        new("connection", "How to reach PostgreSQL, as postgres://user:password@host/database or Host=...;Database=...; for several hosts, with commas.",
            o => o.Postgres.Connection.Length == 0 ? null : o.Postgres.Connection, ApplyConnection) { Mask = MaskConnection },
        new("tokenFile", "A file that holds the bearer token, or none.", o => o.TokenFile,
            (o, text) => text.Length == 0 ? null : o with { TokenFile = text == "none" ? null : text }),
        Switch("requireToken", o => o.RequireToken, (o, v) => o with { RequireToken = v }),
        Switch("autoCreateTopics", o => o.AutoCreateTopics, (o, v) => o with { AutoCreateTopics = v }),
        Bytes("maxBodyBytes", KiB, 64 * MiB, o => o.MaxBodyBytes, (o, v) => o with { MaxBodyBytes = (int)v }),
        Bytes("maxBodyBytesInFlight", MiB, 64 * GiB, o => o.MaxBodyBytesInFlight, (o, v) => o with { MaxBodyBytesInFlight = v }),
        Number("maxConnections", 10, 1_000_000, o => o.MaxConnections, (o, v) => o with { MaxConnections = (int)v }),
        Number("maxMetricSeries", 10, 100_000, o => o.MaxMetricSeries, (o, v) => o with { MaxMetricSeries = (int)v }),
        Duration("stopTimeout", TimeSpan.Zero, TimeSpan.FromMinutes(10), o => o.StopTimeout, (o, v) => o with { StopTimeout = v }),

        Bytes("intake.maxPayloadBytes", 1, 16 * MiB, o => o.Engine.Intake.MaxPayloadBytes,
            (o, v) => o with { Engine = o.Engine with { Intake = o.Engine.Intake with { MaxPayloadBytes = (int)v } } }),
        Number("intake.maxBatchEvents", 1, 100_000, o => o.Engine.Intake.MaxBatchEvents,
            (o, v) => o with { Engine = o.Engine with { Intake = o.Engine.Intake with { MaxBatchEvents = (int)v } } }),

        Number("engine.maxInFlight", 1, 100_000, o => o.Engine.MaxInFlight, (o, v) => o with { Engine = o.Engine with { MaxInFlight = (int)v } }),
        Number("engine.window", 2, 65_536, o => o.Engine.Window, (o, v) => o with { Engine = o.Engine with { Window = (int)v } }),
        Number("engine.laneWindow", 1, 65_536, o => o.Engine.LaneWindow, (o, v) => o with { Engine = o.Engine with { LaneWindow = (int)v } }),
        Number("engine.maxBlockedPerSubscription", 1, 10_000_000, o => o.Engine.MaxBlockedPerSubscription,
            (o, v) => o with { Engine = o.Engine with { MaxBlockedPerSubscription = (int)v } }),
        Number("engine.maxBlocked", 1, 100_000_000, o => o.Engine.MaxBlocked, (o, v) => o with { Engine = o.Engine with { MaxBlocked = (int)v } }),
        Bytes("engine.maxBytesInFlight", MiB, 64 * GiB, o => o.Engine.MaxBytesInFlight, (o, v) => o with { Engine = o.Engine with { MaxBytesInFlight = v } }),
        Bytes("engine.stateCache", MiB, 64 * GiB, o => o.Engine.StateCache, (o, v) => o with { Engine = o.Engine with { StateCache = v } }),
        Bytes("engine.routeMemory", MiB, 64 * GiB, o => o.Engine.RouteMemory, (o, v) => o with { Engine = o.Engine with { RouteMemory = v } }),
        Number("engine.catalogCache", 1, 1_000_000_000, o => o.Engine.CatalogCache, (o, v) => o with { Engine = o.Engine with { CatalogCache = (int)v } }),
        Duration("engine.commitEvery", TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1), o => o.Engine.CommitEvery,
            (o, v) => o with { Engine = o.Engine with { CommitEvery = v } }),
        Duration("engine.grace", TimeSpan.Zero, TimeSpan.FromMinutes(10), o => o.Engine.Grace, (o, v) => o with { Engine = o.Engine with { Grace = v } }),
        Duration("engine.handover", TimeSpan.Zero, TimeSpan.FromMinutes(10), o => o.Engine.Handover, (o, v) => o with { Engine = o.Engine with { Handover = v } }),

        Number("journal.shardCount", 1, 1024, o => o.Journal.ShardCount, (o, v) => o with { Journal = o.Journal with { ShardCount = (int)v } }),
        Bytes("journal.segmentBytes", 16 * KiB, GiB, o => o.Journal.SegmentBytes, (o, v) => o with { Journal = o.Journal with { SegmentBytes = (int)v } }),
        Duration("journal.retainFor", TimeSpan.Zero, 100 * Year, o => o.Journal.RetainFor, (o, v) => o with { Journal = o.Journal with { RetainFor = v } }),
        OptionalBytes("journal.retainBytes", 0, o => o.Journal.RetainBytes, (o, v) => o with { Journal = o.Journal with { RetainBytes = v } }),
        OptionalBytes("journal.maxBytes", 64 * KiB, o => o.Journal.MaxBytes, (o, v) => o with { Journal = o.Journal with { MaxBytes = v } }),
        Bytes("journal.minFreeBytes", 0, 1024 * GiB, o => o.Journal.MinFreeBytes, (o, v) => o with { Journal = o.Journal with { MinFreeBytes = v } }),
        Duration("journal.duplicateWindow", TimeSpan.Zero, Year, o => o.Journal.DuplicateWindow, (o, v) => o with { Journal = o.Journal with { DuplicateWindow = v } }),
        Number("journal.duplicateEntries", 0, 1_000_000_000, o => o.Journal.DuplicateEntries, (o, v) => o with { Journal = o.Journal with { DuplicateEntries = v } }),
        Duration("journal.deadLetterRetention", TimeSpan.FromMinutes(1), 100 * Year, o => o.Journal.DeadLetterRetention,
            (o, v) => o with { Journal = o.Journal with { DeadLetterRetention = v } }),
        Bytes("journal.deadLetterBytes", 0, 1024 * GiB, o => o.Journal.DeadLetterBytes, (o, v) => o with { Journal = o.Journal with { DeadLetterBytes = v } }),
        Number("journal.keptEntries", 0, 100_000_000, o => o.Journal.KeptEntries,
            (o, v) => o with { Journal = o.Journal with { KeptEntries = (int)v } }),
        Number("journal.deadLetterEntries", 0, 100_000_000, o => o.Journal.DeadLetterEntries,
            (o, v) => o with { Journal = o.Journal with { DeadLetterEntries = (int)v } }),
        Bytes("journal.historyBytes", 0, 1024 * GiB, o => o.Journal.HistoryBytes, (o, v) => o with { Journal = o.Journal with { HistoryBytes = v } }),
        Duration("journal.historyAge", TimeSpan.FromMinutes(1), 100 * Year, o => o.Journal.HistoryAge, (o, v) => o with { Journal = o.Journal with { HistoryAge = v } }),
        Bytes("journal.checkpointBytes", 16 * KiB, 1024 * GiB, o => o.Journal.CheckpointBytes, (o, v) => o with { Journal = o.Journal with { CheckpointBytes = v } }),

        Switch("migrate", o => o.Migrate, (o, v) => o with { Migrate = v }),
        new("wake", "How owners on other nodes hear of events: notify, or poll where the database or a pooler has no NOTIFY.",
            o => o.Postgres.Wake == WakeMode.Poll ? "poll" : "notify",
            (o, text) => text switch { "notify" => Postgres(o, p => p with { Wake = WakeMode.Notify }), "poll" => Postgres(o, p => p with { Wake = WakeMode.Poll }), _ => null }),
        Duration("lease", TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), o => o.Postgres.Lease, (o, v) => Postgres(o, p => p with { Lease = v })),
        new("node", "A name for this node, for people.", o => o.Postgres.NodeName, (o, text) => text.Length is 0 or > 255 ? null : Postgres(o, p => p with { NodeName = text })),
        new("postgres.schema", "The schema of Herald's tables: a lower-case letter, then up to 39 lower-case letters, digits and underscores.", o => o.Postgres.Schema,
            (o, text) => (o.Postgres with { Connection = "-", Schema = text }).Validate().Count == 0 ? Postgres(o, p => p with { Schema = text }) : null),
        Number("postgres.shardCount", 1, 1024, o => o.Postgres.ShardCount, (o, v) => Postgres(o, p => p with { ShardCount = (int)v })),
        Number("postgres.appendPipelines", 1, 64, o => o.Postgres.AppendPipelines, (o, v) => Postgres(o, p => p with { AppendPipelines = (int)v })),
        Number("postgres.connections", 4, 1000, o => o.Postgres.Connections, (o, v) => Postgres(o, p => p with { Connections = (int)v })),
        Duration("postgres.commandTimeout", TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10), o => o.Postgres.CommandTimeout, (o, v) => Postgres(o, p => p with { CommandTimeout = v })),
        Bytes("postgres.recentBytes", 0, 64 * GiB, o => o.Postgres.RecentBytes, (o, v) => Postgres(o, p => p with { RecentBytes = v })),
        Duration("postgres.periodAge", TimeSpan.FromMinutes(1), 30 * Day, o => o.Postgres.PeriodAge, (o, v) => Postgres(o, p => p with { PeriodAge = v })),
        Number("postgres.periodEvents", 1000, 10_000_000_000, o => o.Postgres.PeriodEvents, (o, v) => Postgres(o, p => p with { PeriodEvents = v })),
        Duration("postgres.retainFor", TimeSpan.Zero, 100 * Year, o => o.Postgres.RetainFor, (o, v) => Postgres(o, p => p with { RetainFor = v })),
        OptionalBytes("postgres.retainBytes", 0, o => o.Postgres.RetainBytes, (o, v) => Postgres(o, p => p with { RetainBytes = v })),
        OptionalBytes("postgres.maxBytes", MiB, o => o.Postgres.MaxBytes, (o, v) => Postgres(o, p => p with { MaxBytes = v })),
        Duration("postgres.duplicateWindow", TimeSpan.FromSeconds(1), Year, o => o.Postgres.DuplicateWindow, (o, v) => Postgres(o, p => p with { DuplicateWindow = v })),
        Number("postgres.duplicateEntries", 1000, 10_000_000_000, o => o.Postgres.DuplicateEntries, (o, v) => Postgres(o, p => p with { DuplicateEntries = v })),
        Duration("postgres.deadLetterRetention", TimeSpan.FromMinutes(1), 100 * Year, o => o.Postgres.DeadLetterRetention,
            (o, v) => Postgres(o, p => p with { DeadLetterRetention = v })),
        Bytes("postgres.deadLetterBytes", 0, 1024 * GiB, o => o.Postgres.DeadLetterBytes, (o, v) => Postgres(o, p => p with { DeadLetterBytes = v })),
        Duration("postgres.historyAge", TimeSpan.FromMinutes(1), 100 * Year, o => o.Postgres.HistoryAge, (o, v) => Postgres(o, p => p with { HistoryAge = v })),
        Bytes("postgres.historyBytes", 0, 1024 * GiB, o => o.Postgres.HistoryBytes, (o, v) => Postgres(o, p => p with { HistoryBytes = v })),

        new("webhooks.guard", "true, false, or auto: on, unless every listen address is loopback and requireToken is off.",
            o => o.WebhookGuard is { } on ? (on ? "true" : "false") : "auto",
            (o, text) => text switch { "true" => o with { WebhookGuard = true }, "false" => o with { WebhookGuard = false }, "auto" => o with { WebhookGuard = null }, _ => null }),
        new("webhooks.allowedNetworks", "Networks such as 10.20.0.0/16 or fd00::/8, with no bits set behind the prefix; several with commas.",
            o => o.Webhooks.AllowedNetworks is { Count: > 0 } networks ? string.Join(",", networks) : null, ApplyNetworks),
        new("webhooks.proxy", "An http:// URL without credentials, or none.", o => o.Webhooks.Proxy?.OriginalString, ApplyProxy),
        Duration("webhooks.maxRetryAfter", TimeSpan.FromSeconds(1), Day, o => o.Webhooks.MaxRetryAfter, (o, v) => o with { Webhooks = o.Webhooks with { MaxRetryAfter = v } }),
        Duration("webhooks.idleConnectionLifetime", TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), o => o.Webhooks.IdleConnectionLifetime,
            (o, v) => o with { Webhooks = o.Webhooks with { IdleConnectionLifetime = v } }),
        Duration("webhooks.connectionLifetime", TimeSpan.FromSeconds(1), Day, o => o.Webhooks.ConnectionLifetime,
            (o, v) => o with { Webhooks = o.Webhooks with { ConnectionLifetime = v } }),
        Bytes("webhooks.maxDrainBytes", 0, 16 * MiB, o => o.Webhooks.MaxDrainBytes, (o, v) => o with { Webhooks = o.Webhooks with { MaxDrainBytes = (int)v } }),
        Duration("webhooks.addressPatience", TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1), o => o.Webhooks.AddressPatience,
            (o, v) => o with { Webhooks = o.Webhooks with { AddressPatience = v } }),

        new("kafka.clusters", KafkaAddress.Rule, o => o.Kafka.Clusters.Count == 0 ? null : string.Join(";", o.Kafka.Clusters),
            (o, text) => KafkaAddress.ParseAll(text) is { } clusters ? Kafka(o, k => k with { Clusters = clusters }) : null),
        new("kafka.properties", "A file with librdkafka's properties, as property=value or NAME.property=value; or none.", o => o.Kafka.PropertiesFile,
            (o, text) => text.Length == 0 ? null : Kafka(o, k => k with { PropertiesFile = text == "none" ? null : text })),
        new("kafka.sources", KafkaRoute.Rule, o => o.Kafka.Sources.Count == 0 ? null : string.Join(";", o.Kafka.Sources),
            (o, text) => KafkaRoute.ParseAll(text) is { } sources ? Kafka(o, k => k with { Sources = sources }) : null),
        new("kafka.group", "The name of a consumer group, 1 to 255 characters.", o => o.Kafka.Group,
            (o, text) => text.Length is 0 or > 255 ? null : Kafka(o, k => k with { Group = text })),
        Number("kafka.batchEvents", 1, 10_000, o => o.Kafka.BatchEvents, (o, v) => Kafka(o, k => k with { BatchEvents = (int)v })),
        Duration("kafka.batchWait", TimeSpan.Zero, TimeSpan.FromSeconds(10), o => o.Kafka.BatchWait, (o, v) => Kafka(o, k => k with { BatchWait = v })),
        Bytes("kafka.batchBytes", KiB, 64 * MiB, o => o.Kafka.BatchBytes, (o, v) => Kafka(o, k => k with { BatchBytes = (int)v })),
        Duration("kafka.handover", TimeSpan.Zero, TimeSpan.FromMinutes(4), o => o.Kafka.Handover, (o, v) => Kafka(o, k => k with { Handover = v })),

        new("nats.clusters", NatsAddress.Rule, o => o.Nats.Clusters.Count == 0 ? null : string.Join(";", o.Nats.Clusters),
            (o, text) => NatsAddress.ParseAll(text) is { } clusters ? Nats(o, n => n with { Clusters = clusters }) : null),
        OfClusters("nats.users", o => o.Nats.Users, (n, v) => n with { Users = v }),
        OfClusters("nats.passwordFiles", o => o.Nats.PasswordFiles, (n, v) => n with { PasswordFiles = v }),
        OfClusters("nats.tokenFiles", o => o.Nats.TokenFiles, (n, v) => n with { TokenFiles = v }),
        OfClusters("nats.caFiles", o => o.Nats.CaFiles, (n, v) => n with { CaFiles = v }),
        new("nats.sources", NatsRoute.Rule, o => o.Nats.Sources.Count == 0 ? null : string.Join(";", o.Nats.Sources),
            (o, text) => NatsRoute.ParseAll(text) is { } sources ? Nats(o, n => n with { Sources = sources }) : null),
        new("nats.group", "The name of a group: up to 255 letters, digits, hyphens and underscores.", o => o.Nats.Group,
            (o, text) => text.Length is > 0 and <= 255 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? Nats(o, n => n with { Group = text }) : null),
        Number("nats.batchEvents", 1, 10_000, o => o.Nats.BatchEvents, (o, v) => Nats(o, n => n with { BatchEvents = (int)v })),
        Duration("nats.batchWait", TimeSpan.Zero, TimeSpan.FromSeconds(10), o => o.Nats.BatchWait, (o, v) => Nats(o, n => n with { BatchWait = v })),
        Bytes("nats.batchBytes", KiB, 64 * MiB, o => o.Nats.BatchBytes, (o, v) => Nats(o, n => n with { BatchBytes = (int)v })),
        Duration("nats.handover", TimeSpan.Zero, TimeSpan.FromMinutes(4), o => o.Nats.Handover, (o, v) => Nats(o, n => n with { Handover = v })),
    ];

    private static Setting OfClusters(string name, Func<ServerOptions, ByCluster> get, Func<NatsOptions, ByCluster, NatsOptions> set) => new(
        name, ByCluster.Rule, o => get(o) is { Clusters.Count: > 0 } values ? values.ToString() : null,
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
