using System.CommandLine;
using Herald.Engine.Applications;
using Herald.Engine.Sources;
using Herald.Hosting;
using Herald.Hosting.Settings;
using Herald.Server;
using Herald.Server.Settings;
using Microsoft.Extensions.Logging;

namespace Herald.Cli.Serve;

/// <summary>An application that runs together with a server. By default it adds nothing.</summary>
internal sealed record ServedApplication
{
    /// <summary>The start of its command lines: <c>herald alarms</c>.</summary>
    public string CommandLine { get; init; } = "herald";

    /// <summary>Creates its parts, given the options of all sections and the log.</summary>
    public Func<BoundOptions, ILoggerFactory, IReadOnlyList<IServerPart>> Parts { get; init; } = (_, _) => [];

    /// <summary>Creates the applications that run in the shards.</summary>
    public Func<BoundOptions, IReadOnlyList<IApplication>> Applications { get; init; } = _ => [];

    /// <summary>Assigned to <see cref="ServerServices.ReaderOf"/>.</summary>
    public Func<string, IMessageReader?> ReaderOf { get; init; } = _ => null;

    /// <summary>The settings of the server, and its own.</summary>
    public SettingSet Settings { get; init; } = ServerSections.All;

    /// <summary>Its own defaults of settings, by name.</summary>
    public IReadOnlyDictionary<string, string> Defaults { get; init; } = new Dictionary<string, string>();

    /// <summary>Adds further options that are not settings.</summary>
    public Action<Command> AddOptions { get; init; } = _ => { };

    /// <summary>The values of settings that follow from these further options, by name.</summary>
    public Func<ParseResult, IReadOnlyList<KeyValuePair<string, string>>> Given { get; init; } = _ => [];
}
