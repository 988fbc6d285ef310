using Herald.Hosting;
using Herald.Hosting.Wire;
using Herald.Server.DeadLetters;
using Herald.Server.Events;
using Herald.Server.Health;
using Herald.Server.Metrics;
using Herald.Server.Problems;
using Herald.Server.Publishing;
using Herald.Server.Settings;
using Herald.Server.Status;
using Herald.Server.Subscriptions;
using Herald.Server.Topics;
using Herald.Server.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Herald.Server.Http;

/// <summary>Builds the HTTP front. It reads as a list of the features; each one maps its own addresses.</summary>
internal static class FrontBuilder
{
    public static WebApplication Build(FrontParts parts, IReadOnlyList<ListenAddress> addresses, out IReadOnlyList<IDisposable> owned)
    {
        // An empty builder reads no appsettings and no ASPNETCORE_ variables and has no console. Herald is configured by its own settings
        // only.
        var builder = WebApplication.CreateEmptyBuilder(new() { ApplicationName = typeof(FrontBuilder).Assembly.GetName().Name });
        builder.WebHost.UseKestrelCore();
        builder.Services.Configure<KestrelServerOptions>(kestrel => Configure(kestrel, parts.Options, addresses));
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(host => host.ShutdownTimeout = parts.Options.StopTimeout);
        builder.Services.AddSingleton<ILoggerFactory>(new QuietLoggerFactory(parts.Services.Logging));
        builder.Services.AddSingleton<Microsoft.Extensions.Hosting.IHostLifetime, NoLifetime>();
        builder.Services.AddRoutingCore();
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        builder.Services.ConfigureHttpJsonOptions(json => WireJson.Apply(json.SerializerOptions, parts.Services.Parts.Select(part => part.Wire)));
        var budget = new BodyBudget(parts.Options.MaxBodyBytesInFlight);
        builder.Services.AddSingleton(budget);
        RegisteredOptions.Add(builder.Services, parts.Options);
        ApiDescription.Add(builder.Services);
        var app = builder.Build();

        var logger = parts.Services.Logging.CreateLogger("Herald.Server");
        var engine = parts.Engine;
        var collector = new MetricsCollector(parts.Options.MaxMetricSeries);
        owned = [collector];
        RequestDelegate? routed = null;
        var pages = new ProblemPages(context => routed!(context), logger);
        var publishing = new PublishHandler(engine.Intake, engine.Catalog, budget, parts.Options, pages);
        var front = new RequestGate(parts.Access, publishing, pages);
        app.Use(next =>
        {
            routed = next;
            return front.InvokeAsync;
        });
        app.UseRouting(); // Explicit, because routing would otherwise run before the front.

        new TopicEndpoints(engine.Catalog).Map(app);
        PublishEndpoint.Map(app, publishing);
        new SubscriptionEndpoints(engine.Catalog, parts.Services.Time, budget).Map(app);
        new SubscriptionActions(engine).Map(app);
        new EventEndpoints(engine.Catalog, engine.Inspector).Map(app);
        new TailEndpoint(engine.Catalog, engine.Inspector, parts.Stopping).Map(app);
        new DeadLetterEndpoints(engine.DeadLetters, engine.Catalog).Map(app);
        new BackupEndpoint(parts.Store.Backup).Map(app);
        new HealthEndpoints(parts.Failed, parts.Store.Troubles, parts.Stopping).Map(app);
        new MetricsEndpoint(collector, publishing.Counters, budget, parts.Store.WriteMetrics, parts.Services.Time, parts.Services.Time.GetTimestamp()).Map(app);
        foreach (var part in parts.Services.Parts)
            part.Map(app);
        ApiDescription.Map(app);
        StatusPage.Map(app);
        return app;
    }

    /// <exception cref="ServerStartException">The server cannot listen on an address.</exception>
    public static async Task<IReadOnlyList<Uri>> StartAsync(WebApplication app, IReadOnlyList<ListenAddress> addresses, CancellationToken cancel)
    {
        try
        {
            await app.StartAsync(cancel);
        }
        catch (IOException e)
        {
            throw new ServerStartException($"listen = '{string.Join(",", addresses.Select(a => $"{a.Address}:{a.Port}"))}': {e.Message}", e);
        }
        var bound = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        return [.. bound.Select(address => new Uri(address))];
    }

    private static void Configure(KestrelServerOptions kestrel, ServerOptions options, IReadOnlyList<ListenAddress> addresses)
    {
        foreach (var address in addresses)
            kestrel.Listen(address.Address, address.Port);
        kestrel.AddServerHeader = false;
        // Every reader of a body has its own limit. Kestrel's limit would close the connection, and the caller would never see the 413.
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MaxConcurrentConnections = options.MaxConnections;
    }
}
