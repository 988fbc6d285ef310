using System.Text.Json.Serialization.Metadata;
using Herald.Engine;
using Microsoft.AspNetCore.Routing;

namespace Herald.Hosting;

/// <summary>
/// A part that a host adds to the server, such as an application or a source. Parts start after the engine, in the given order. They are
/// disposed in reverse order, after the last request has been answered and before the engine stops.
/// </summary>
public interface IServerPart : IAsyncDisposable
{
    /// <summary>
    /// Completes when the part works. A part that depends on a remote system that is unreachable also completes, and keeps trying by
    /// itself.
    /// </summary>
    /// <exception cref="ServerStartException">The part cannot work with its present settings.</exception>
    ValueTask StartAsync(HeraldEngine engine, CancellationToken cancel);

    /// <summary>Describes how the part's own wire types are read and written; null when it has none.</summary>
    IJsonTypeInfoResolver? Wire => null;

    /// <summary>Maps the part's addresses. Called once, after the start.</summary>
    void Map(IEndpointRouteBuilder routes);
}
