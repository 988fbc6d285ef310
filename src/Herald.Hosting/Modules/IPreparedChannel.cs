using Herald.Engine.Channels;

namespace Herald.Hosting.Modules;

/// <summary>A channel that gets ready before the engine delivers, for example by connecting.</summary>
public interface IPreparedChannel : IChannel
{
    /// <summary>Completes when the channel is ready, or when it has waited long enough for a remote system that does not answer.</summary>
    /// <exception cref="ServerStartException">The channel cannot work with its present settings.</exception>
    ValueTask StartAsync(CancellationToken cancel);
}
