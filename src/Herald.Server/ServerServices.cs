using Herald.Engine.Applications;
using Herald.Engine.Channels;
using Herald.Engine.Sources;
using Herald.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Herald.Server;

/// <summary>Services that a host can supply. Each has a default.</summary>
public sealed record ServerServices
{
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Spreads retries. Default: seeded by the operating system.</summary>
    public Random Random { get; init; } = new();

    /// <summary>Default: no log.</summary>
    public ILoggerFactory Logging { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Channels in addition to webhooks. The host disposes them.</summary>
    public IReadOnlyList<IChannel> MoreChannels { get; init; } = [];

    /// <summary>
    /// Creates an application's reader for a source that reads into the given topic. Null, as by default, selects <see
    /// cref="PlainReader"/>.
    /// </summary>
    public Func<string, IMessageReader?> ReaderOf { get; init; } = _ => null;

    /// <summary>Applications, which run in the shards with state of their own. The server disposes those that are disposable.</summary>
    public IReadOnlyList<IApplication> Applications { get; init; } = [];

    /// <summary>Parts in addition to the server's own, such as sources and applications. The server disposes them.</summary>
    public IReadOnlyList<IServerPart> Parts { get; init; } = [];
}
