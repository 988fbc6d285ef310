using Herald.Engine.Applications;
using Herald.Engine.Channels;
using Herald.Engine.Sources;
using Herald.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Herald.Server;

/// <summary>What a host may bring along; all of it has a default.</summary>
public sealed record ServerServices
{
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Spreads retries. Default: seeded from the operating system.</summary>
    public Random Random { get; init; } = new();

    /// <summary>Default: silence.</summary>
    public ILoggerFactory Logging { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Ways to deliver beside webhooks. They stay the host's to dispose.</summary>
    public IReadOnlyList<IChannel> MoreChannels { get; init; } = [];

    /// <summary>A new reader for a source that reads into this topic: an application's own. Default, and for null: what the settings make of a source.</summary>
    public Func<string, IMessageReader?> ReaderOf { get; init; } = _ => null;

    /// <summary>What works in the shards, with state of its own. The server disposes those that can be.</summary>
    public IReadOnlyList<IApplication> Applications { get; init; } = [];

    /// <summary>Sources and applications. The server disposes them.</summary>
    public IReadOnlyList<IServerPart> Parts { get; init; } = [];
}
