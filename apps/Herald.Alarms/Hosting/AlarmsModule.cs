using System.Text.Json.Serialization.Metadata;
using Herald.Alarms.Commands;
using Herald.Alarms.Inspection;
using Herald.Alarms.Readers;
using Herald.Engine;
using Herald.Engine.Applications;
using Herald.Hosting.Modules;
using Herald.Hosting.Settings;
using Herald.Nats;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Herald.Alarms.Hosting;

/// <summary>The alarms application as a module. It sends digests to the NATS cluster <c>main</c> if the settings have that cluster.</summary>
public sealed class AlarmsModule : IApplicationModule
{
    public string Name => "alarms";

    public string Purpose =>
        "The alarms application: reads changes of alarms from NATS, and sends each user a digest of the new ones on request.";

    // Messages are processed at once: a batch contains the messages that came while the batch before it was saved.
    public IReadOnlyDictionary<string, string> Defaults { get; } = new Dictionary<string, string>
    {
        ["nats.group"] = "herald-alarms",
        ["nats.batchEvents"] = "4096",
        ["nats.batchWait"] = "2ms",
    };

    public IReadOnlyList<string> ServeExamples =>
    [
        "herald alarms serve --nats nats://127.0.0.1:4222",
        "herald alarms serve --nats nats://127.0.0.1:4222 --no-stream",
        "herald alarms serve --nats nats://a:4222,b:4222,c:4222 --replicas 3 --store postgres "
            + "--connection postgres://herald@127.0.0.1/herald",
    ];

    public IReadOnlyList<SettingSection> Sections => [Section];

    internal static SettingSection<AlarmsOptions> Section { get; } = new("alarms", "The alarms application", () => new());

    public IServeOptions CreateServeOptions() => new NatsOptionSet();

    public IReadOnlyList<ModuleCommand> Commands(TimeProvider time) => [new(AlarmsShowCommand.Create(), Name)];

    public void AddServices(IServiceCollection services, BoundOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var alarms = options.Get<AlarmsOptions>();
        var cluster = options.Find<NatsOptions>()?.Clusters.ContainsKey(NatsOptionSet.Cluster) == true ? NatsOptionSet.Cluster : null;
        services.AddSingleton<IApplication>(_ => new AlarmsApplication(alarms));
        services.AddSingleton<IServerPart>(_ => new AlarmsPart(alarms, cluster));
        services.AddSingleton(new TopicReader(AlarmEvents.Topic, () => new AlarmReader()));
        services.AddSingleton<IJsonTypeInfoResolver>(AlarmsWire.Default);
    }

    public void Map(IEndpointRouteBuilder routes, HeraldEngine engine) => new UserEndpoints(engine).Map(routes);
}
