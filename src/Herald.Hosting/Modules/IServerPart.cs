using Herald.Engine;

namespace Herald.Hosting.Modules;

/// <summary>
/// A part that starts after the engine, such as the watches of an application. Parts start in the order of the modules. The server disposes
/// them in reverse order, after the last request has been answered and before the engine stops.
/// </summary>
public interface IServerPart
{
    /// <summary>
    /// Completes when the part works. A part that depends on a remote system that is unreachable also completes, and keeps trying by
    /// itself.
    /// </summary>
    /// <exception cref="ServerStartException">The part cannot work with its present settings.</exception>
    ValueTask StartAsync(HeraldEngine engine, CancellationToken cancel);
}
