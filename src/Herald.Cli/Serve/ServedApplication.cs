using System.CommandLine;
using Herald.Engine.Applications;
using Herald.Engine.Sources;
using Herald.Hosting;
using Herald.Server;
using Herald.Server.Settings;
using Microsoft.Extensions.Logging;

namespace Herald.Cli.Serve;

/// <summary>What a server is run with beside itself; nothing unless told.</summary>
internal sealed record ServedApplication
{
    /// <summary>How one begins a command of it: <c>herald alarms</c>.</summary>
    public string CommandLine { get; init; } = "herald";

    /// <summary>Makes its parts, with where they log.</summary>
    public Func<ServerOptions, ILoggerFactory, IReadOnlyList<IServerPart>> Parts { get; init; } = (_, _) => [];

    /// <summary>What of it works in the shards.</summary>
    public Func<ServerOptions, IReadOnlyList<IApplication>> Applications { get; init; } = _ => [];

    /// <summary>As <see cref="ServerServices.ReaderOf"/>.</summary>
    public Func<string, IMessageReader?> ReaderOf { get; init; } = _ => null;

    /// <summary>Its own settings. Each is <c>NAME.something</c>, and an option <c>--something</c>.</summary>
    public IReadOnlyList<Setting> Settings { get; init; } = [];

    /// <summary>Other defaults than usual, by setting.</summary>
    public IReadOnlyDictionary<string, string> Defaults { get; init; } = new Dictionary<string, string>();

    /// <summary>Adds options of its own that are no settings.</summary>
    public Action<Command> AddOptions { get; init; } = _ => { };

    /// <summary>What those say of settings, by setting.</summary>
    public Func<ParseResult, IReadOnlyDictionary<string, string>> Given { get; init; } = _ => new Dictionary<string, string>();
}
