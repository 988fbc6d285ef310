using System.Text.Json.Serialization.Metadata;
using Herald.Engine;
using Herald.Hosting.Modules;
using Herald.Hosting.Settings;
using Herald.Orders.Commands;
using Herald.Orders.Readers;
using Herald.Orders.Wire;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Herald.Orders.Hosting;

/// <summary>The orders application as a module: webhooks of customers, and handlers that register themselves.</summary>
public sealed class OrdersModule : IApplicationModule
{
    public string Name => "orders";

    public string Purpose => "The orders application: one webhook per customer, with the changes of each order in order.";

    public IReadOnlyDictionary<string, string> Defaults { get; } =
        new Dictionary<string, string> { ["kafka.group"] = KafkaOptionSet.DefaultGroup };

    public IReadOnlyList<string> ServeExamples =>
    [
        "herald orders serve --kafka 127.0.0.1:9092",
        "herald orders serve --store postgres --connection postgres://herald@127.0.0.1/herald --kafka 127.0.0.1:9092",
    ];

    public IServeOptions CreateServeOptions() => new KafkaOptionSet(
        "The Kafka brokers to read changes of orders from, such as 127.0.0.1:9092. It sets kafka.clusters.orders and kafka.sources.");

    public void AddServices(IServiceCollection services, BoundOptions options)
    {
        services.AddSingleton<OrdersPart>();
        services.AddSingleton<IServerPart>(provider => provider.GetRequiredService<OrdersPart>());
        services.AddSingleton(new TopicReader(OrderEvents.Topic, () => new OrderReader()));
        services.AddSingleton<IJsonTypeInfoResolver>(OrdersWire.Default);
    }

    public void Map(IEndpointRouteBuilder routes, HeraldEngine engine)
    {
        ArgumentNullException.ThrowIfNull(routes);
        routes.ServiceProvider.GetRequiredService<OrdersPart>().Map(routes);
    }
}
