using Herald.Hosting.Settings;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Herald.Server;

/// <summary>What a server is made of.</summary>
public sealed record ServerSetup
{
    public required ModuleSet Modules { get; init; }

    public required BoundOptions Options { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Spreads retries. Default: seeded by the operating system.</summary>
    public Random Random { get; init; } = new();

    /// <summary>Default: no log.</summary>
    public ILoggerFactory Logging { get; init; } = NullLoggerFactory.Instance;
}
