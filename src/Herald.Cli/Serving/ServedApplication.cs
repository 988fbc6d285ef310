using System.CommandLine;
using Herald.Engine.Applications;
using Herald.Engine.Sources;
using Herald.Server;
using Microsoft.Extensions.Logging;

namespace Herald.Cli.Serving;

/// <summary>What a server is run with beside itself; nothing unless told.</summary>
internal sealed record ServedApplication
{
    /// <summary>Makes its parts, with where they log.</summary>
    public Func<ParseResult, ILoggerFactory, IReadOnlyList<IServerPart>> Parts { get; init; } = (_, _) => [];

    /// <summary>What of it works in the shards.</summary>
    public Func<ParseResult, IReadOnlyList<IApplication>> Applications { get; init; } = _ => [];

    /// <summary>As <see cref="ServerServices.ReaderOf"/>.</summary>
    public Func<string, IMessageReader?> ReaderOf { get; init; } = _ => null;

    /// <summary>Its own defaults, by setting.</summary>
    public IReadOnlyDictionary<string, string> Defaults { get; init; } = new Dictionary<string, string>();

    /// <summary>What options of its own say of settings, by setting.</summary>
    public Func<ParseResult, IReadOnlyDictionary<string, string>> Settings { get; init; } = _ => new Dictionary<string, string>();
}
