using System.Text.Json.Serialization.Metadata;
using Herald.Engine;
using Microsoft.AspNetCore.Routing;

namespace Herald.Hosting;

/// <summary>
/// What a host adds to the server that it runs: a source, an application. Started after the engine, in the order given; disposed before the
/// engine stops, in the other, and after the last request has been answered.
/// </summary>
public interface IServerPart : IAsyncDisposable
{
    /// <summary>Complete when it works, or, where it depends on others who may be away, when it goes on trying by itself.</summary>
    /// <exception cref="ServerStartException">It cannot work as it is set up.</exception>
    ValueTask StartAsync(HeraldEngine engine, CancellationToken cancel);

    /// <summary>Tells how its types on the wire are read and written; null when it has none.</summary>
    IJsonTypeInfoResolver? Wire => null;

    /// <summary>Its addresses; called once, after the start.</summary>
    void Map(IEndpointRouteBuilder routes);
}
