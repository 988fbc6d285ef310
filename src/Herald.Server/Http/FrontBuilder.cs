using System.Net;
using System.Net.Sockets;
using System.Text.Json.Serialization.Metadata;
using Herald.Hosting;
using Herald.Hosting.Commands;
using Herald.Hosting.Wire;
using Herald.Server.DeadLetters;
using Herald.Server.Events;
using Herald.Server.Health;
using Herald.Server.Metrics;
using Herald.Server.Problems;
using Herald.Server.Publishing;
using Herald.Server.Security;
using Herald.Server.Status;
using Herald.Server.Subscriptions;
using Herald.Server.Topics;
using Herald.Server.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Herald.Server.Http;

/// <summary>Builds the HTTP front. <see cref="Map"/> reads as a list of the features; each one maps its own addresses.</summary>
internal static class FrontBuilder
{
    /// <param name="addServices">Adds the services of the server and of its modules.</param>
    public static WebApplication Build(
        ServerOptions options, IReadOnlyList<ListenAddress> addresses, ILoggerFactory logging, Action<IServiceCollection> addServices)
    {
        // An empty builder reads no appsettings and no ASPNETCORE_ variables and has no console. Herald is configured by its own settings
        // only.
        var builder = WebApplication.CreateEmptyBuilder(new() { ApplicationName = typeof(FrontBuilder).Assembly.GetName().Name });
        builder.WebHost.UseKestrelCore();
        builder.Services.Configure<KestrelServerOptions>(kestrel => Configure(kestrel, options, addresses));
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(host => host.ShutdownTimeout = options.StopTimeout);
        builder.Services.AddSingleton<ILoggerFactory>(new QuietLoggerFactory(logging));
        builder.Services.AddSingleton<Microsoft.Extensions.Hosting.IHostLifetime, NoLifetime>();
        builder.Services.AddRoutingCore();
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        builder.Services.AddOptions<JsonOptions>().Configure<IEnumerable<IJsonTypeInfoResolver>>(
            (json, resolvers) => WireJson.Apply(json.SerializerOptions, resolvers));
        builder.Services.AddSingleton(new BodyBudget(options.MaxBodyBytesInFlight) { MostOfOne = options.MaxBodyBytes });
        builder.Services.AddSingleton(_ => new MetricsCollector(options.MaxMetricSeries));
        ApiDescription.Add(builder.Services);
        addServices(builder.Services);
        return builder.Build();
    }

    public static void Map(WebApplication app, FrontParts parts)
    {
        var engine = parts.Engine;
        var budget = app.Services.GetRequiredService<BodyBudget>();
        var collector = app.Services.GetRequiredService<MetricsCollector>();
        RequestDelegate? routed = null;
        var pages = new ProblemPages(
            context => routed!(context), app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Herald.Server"));
        var publishing = new PublishHandler(engine.Intake, engine.Catalog, budget, parts.Options, pages);
        var front = new RequestGate(parts.Access, publishing, pages);
        app.Use(next =>
        {
            routed = next;
            return front.InvokeAsync;
        });
        app.UseRouting(); // Explicit, because routing would otherwise run before the front.
        app.Use(next => new ScopeGate(next).InvokeAsync);

        new TopicEndpoints(engine.Catalog, budget).Map(app);
        PublishEndpoint.Map(app, publishing);
        new SubscriptionEndpoints(engine.Catalog, parts.Time, budget).Map(app);
        new SubscriptionActions(engine).Map(app);
        new EventEndpoints(engine.Catalog, engine.Inspector).Map(app);
        new TailEndpoint(engine.Catalog, engine.Inspector, parts.Stopping).Map(app);
        new DeadLetterEndpoints(engine.DeadLetters, engine.Catalog).Map(app);
        new BackupEndpoint(parts.Store).Map(app);
        new HealthEndpoints(parts.Failed, parts.Store, parts.Stopping).Map(app);
        new MetricsEndpoint(collector, publishing.Counters, budget, parts.Store.WriteMetrics, parts.Time, parts.Time.GetTimestamp())
            .Map(app);
        ApiDescription.Map(app);
        StatusPage.Map(app);
    }

    /// <summary>Finds out early whether the server can listen: before the store is opened, and a new one is created.</summary>
    /// <exception cref="ServerStartException">The server cannot listen on an address.</exception>
    public static void Check(IReadOnlyList<ListenAddress> addresses)
    {
        foreach (var address in addresses)
        {
            try
            {
                using var socket = new Socket(address.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                if (address.Address.Equals(IPAddress.IPv6Any))
                    socket.DualMode = true;
                socket.Bind(new IPEndPoint(address.Address, address.Port));
            }
            catch (SocketException failure)
            {
                throw Refusal(addresses, failure);
            }
        }
    }

    /// <exception cref="ServerStartException">The server cannot listen on an address.</exception>
    public static async Task<IReadOnlyList<Uri>> StartAsync(
        WebApplication app, IReadOnlyList<ListenAddress> addresses, CancellationToken cancel)
    {
        try
        {
            await app.StartAsync(cancel);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            throw Refusal(addresses, e);
        }
        var bound = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        return [.. bound.Select(address => new Uri(address))];
    }

    private static ServerStartException Refusal(IReadOnlyList<ListenAddress> addresses, Exception failure) =>
        new($"--listen {string.Join(",", addresses.Select(a => $"{a.Address}:{a.Port}"))}: {ReasonOf(failure)}", failure);

    private static string ReasonOf(Exception failure) => failure switch
    {
        { InnerException: AddressInUseException } or SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } =>
            $"another program uses this port. Stop it, or give another address. `{OwnCommand.With("serve")}` may be running already.",
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable } => "this machine does not have this address.",
        SocketException { SocketErrorCode: SocketError.AccessDenied } =>
            "this user may not listen on this port. Ports below 1024 are for root.",
        _ => failure.Message,
    };

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
