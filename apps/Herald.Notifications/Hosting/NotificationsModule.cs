using System.Text.Json.Serialization.Metadata;
using Herald.Engine;
using Herald.Engine.Applications;
using Herald.Engine.Basics;
using Herald.Hosting.Modules;
using Herald.Hosting.Settings;
using Herald.Messages;
using Herald.Notifications.Commands;
using Herald.Notifications.Doors;
using Herald.Notifications.Metrics;
using Herald.Notifications.Posts;
using Herald.Notifications.Processing;
using Herald.Notifications.Recipients;
using Herald.Notifications.Statuses;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Herald.Notifications.Hosting;

/// <summary>The notifications application as a module. It refers to no channel: destinations name endpoints of any.</summary>
public sealed class NotificationsModule : IApplicationModule
{
    public string Name => "notifications";

    public string Purpose => "The notifications application: sends each uuid once by email, text message, chat or push, and keeps its status.";

    public IReadOnlyDictionary<string, string> Defaults { get; } = new Dictionary<string, string>
    {
        ["engine.stateCache"] = "32MiB",
        ["kafka.group"] = "herald-notifications",
        // A post is answered as known for as long as its id is remembered; the tables take over after some hours.
        ["journal.duplicateEntries"] = "2000000",
    };

    public IReadOnlyList<string> ServeExamples =>
    [
        "herald notifications serve --config notifications.json",
        "herald notifications serve --set email.providers.main.host=mail.example.com --set email.providers.main.from=herald@example.com "
            + "--set notifications.destinations.email.endpoint=email://main",
        "herald notifications serve --config notifications.json --front kafka --kafka 127.0.0.1:9092",
    ];

    public IServeOptions CreateServeOptions() => new NotificationsServeOptions();

    public IReadOnlyList<SettingSection> Sections => [NotificationsSection.Section];

    public IReadOnlyList<ModuleCommand> Commands(TimeProvider time) =>
        [new(NotifyCommand.Create(time)), .. NotificationsCommands.All(time).Select(command => new ModuleCommand(command, Name))];

    public void AddServices(IServiceCollection services, BoundOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var notifications = options.Get<NotificationsOptions>();
        var mostPayload = options.Get<IntakeOptions>().MaxPayloadBytes;
        services.AddSingleton(notifications);
        services.AddSingleton(_ => new BlockTables(notifications.TableMemory));
        services.AddSingleton(provider => PostRulesOf.Settings(notifications, provider.GetServices<IRecipientCheck>(), mostPayload));
        services.AddSingleton(provider => new TopicReader(
            NotificationEvents.Topic,
            () => new NotificationReader(provider.GetRequiredService<PostRules>(), provider.GetRequiredService<TimeProvider>())));
        services.AddSingleton<NotificationsMetrics>();
        services.AddSingleton<IApplication>(provider => new NotificationsApplication(
            notifications, provider.GetRequiredService<PostRules>(), provider.GetRequiredService<BlockTables>(),
            provider.GetRequiredService<NotificationsMetrics>(), provider.GetRequiredService<ILogger<NotificationsApplication>>()));
        services.AddSingleton<IApplication>(provider => new RecipientsApplication(
            notifications, provider.GetRequiredService<NotificationsMetrics>(), provider.GetRequiredService<ILogger<RecipientsApplication>>()));
        KafkaSide.AddTo(services, options);
        services.AddSingleton<NotificationsPart>();
        services.AddSingleton<IServerPart>(provider => provider.GetRequiredService<NotificationsPart>());
        services.AddSingleton<IJsonTypeInfoResolver>(NotificationsWire.Default);
    }

    public void Map(IEndpointRouteBuilder routes, HeraldEngine engine)
    {
        ArgumentNullException.ThrowIfNull(routes);
        routes.ServiceProvider.GetRequiredService<NotificationsPart>().Map(routes, engine);
    }
}
