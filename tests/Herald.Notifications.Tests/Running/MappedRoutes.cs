using Herald.Engine;
using Herald.Hosting.Modules;
using Microsoft.AspNetCore.Routing;

namespace Herald.Notifications.Tests.Running;

/// <summary>A module without addresses of its own that sees those of the whole server.</summary>
internal sealed class MappedRoutes : IModule
{
    private IEndpointRouteBuilder? _routes;

    public string Name => "routes";

    public IEnumerable<RouteEndpoint> All => _routes!.DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>();

    public void Map(IEndpointRouteBuilder routes, HeraldEngine engine) => _routes = routes;
}
