using Herald.Channels.Webhooks;
using Herald.Engine.Basics;
using Herald.Hosting.Settings;
using Herald.Journal;
using Herald.Kafka;
using Herald.Nats;
using Herald.Postgres;

namespace Herald.Server.Settings;

/// <summary>The sections of a server's settings. An application adds its own.</summary>
public static class ServerSections
{
    public static SettingSet All { get; } = new(
    [
        new SettingSection<ServerOptions>("", "The server", () => new()) { Rules = SettingRules.OfServer },
        new SettingSection<IntakeOptions>("intake", "Publishing", () => new()),
        new SettingSection<EngineOptions>("engine", "The engine", () => new()),
        new SettingSection<JournalOptions>("journal", "The embedded store", () => new() { Directory = "" })
        {
            Rules = SettingRules.OfJournal,
        },
        new SettingSection<PostgresOptions>("postgres", "The store in PostgreSQL", () => new() { Connection = "" })
        {
            Rules = SettingRules.OfPostgres,
        },
        new SettingSection<WebhookOptions>("webhooks", "Webhooks", () => new()),
        new SettingSection<KafkaOptions>("kafka", "Kafka", () => new()) { Rules = SettingRules.OfKafka, Replaced = FormerGrammars.OfKafka },
        new SettingSection<NatsOptions>("nats", "NATS", () => new()) { Rules = SettingRules.OfNats, Replaced = FormerGrammars.OfNats },
    ])
    { Rules = SettingRules.BetweenSections };

    /// <summary>The server's options from the records of its sections.</summary>
    public static ServerOptions Compose(BoundOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var server = options.Get<ServerOptions>();
        return server with
        {
            Engine = options.Get<EngineOptions>() with { Intake = options.Get<IntakeOptions>() },
            Journal = options.Get<JournalOptions>() with { Directory = server.DataDirectory },
            Postgres = options.Get<PostgresOptions>(),
            Webhooks = options.Get<WebhookOptions>(),
            Kafka = options.Get<KafkaOptions>(),
            Nats = options.Get<NatsOptions>(),
        };
    }

    /// <summary>The errors of options that were written in code instead of loaded.</summary>
    internal static IReadOnlyList<SettingError> Check(ServerOptions options) => All.Check(BoundOptions.Of(
        options, options.Engine.Intake, options.Engine, options.Journal, options.Postgres, options.Webhooks, options.Kafka, options.Nats));
}
