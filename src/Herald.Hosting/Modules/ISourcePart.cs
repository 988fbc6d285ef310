namespace Herald.Hosting.Modules;

/// <summary>
/// A part that reads messages from elsewhere and publishes them. Sources start after all other parts and stop before them, so applications
/// run as long as messages arrive. They stop in parallel, because a source can need time to hand over what it has read.
/// </summary>
/// <remarks>The server disposes a source, and the container does it again.</remarks>
public interface ISourcePart : IServerPart, IAsyncDisposable;
