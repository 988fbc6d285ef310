using Herald.Engine.Basics;
using Herald.Server.Http;

namespace Herald.Server;

/// <summary>The options of the server itself. The engine and the modules have options of their own.</summary>
public sealed record ServerOptions
{
    [SettingText<ListenAddress>(
        "The addresses on which the server listens.", IsRequired = true, Option = "--listen", OptionValue = "ADDRESS")]
    public IReadOnlyList<string> Listen { get; init; } = ["127.0.0.1:8090"];

    [Setting(
        "The directory for everything durable; it is created if it is missing.", Rule = "A directory.", IsRequired = true,
        Option = "--data", OptionValue = "DIR")]
    public string DataDirectory { get; init; } = "./data";

    /// <summary>The name of the store's module. The first store in the list of modules is the default.</summary>
    [Setting("The store for events, progress and the catalog.", IsRequired = true, Option = "--store", OptionValue = "KIND")]
    public string Store { get; init; } = "";

    /// <summary>The names of application modules.</summary>
    [Setting("The applications that run in this server.", None = "none", Option = "--with", OptionValue = "NAMES")]
    public IReadOnlyList<string>? Applications { get; init; }

    [Setting(
        "The file with the bearer token that callers must send. Required to listen on addresses other than loopback.",
        None = "none", Rule = "A file, or none.", Option = "--token-file", OptionValue = "FILE")]
    public string? TokenFile { get; init; }

    /// <summary>Such a proxy forwards the requests of others. Needs <see cref="TokenFile"/>.</summary>
    [Setting(
        "Require the token and guard webhook addresses on loopback too, for a proxy on this machine.",
        Option = "--require-token", OptionValue = "true|false")]
    public bool RequireToken { get; init; }

    /// <summary>Off, a misspelt topic is an error.</summary>
    [Setting(
        "Create a topic when an event is published to an unknown one, instead of answering 404.",
        Option = "--auto-create-topics", OptionValue = "true|false")]
    public bool AutoCreateTopics { get; init; }

    [Setting(
        "The largest body of a publish request; a larger one is answered with 413.",
        IsBytes = true, Least = "1KiB", Most = "64MiB", Option = "--max-body-bytes", OptionValue = "SIZE")]
    public int MaxBodyBytes { get; init; } = 16 << 20;

    /// <summary>Bodies count while they are being read, and their events until they are answered. At least <see cref="MaxBodyBytes"/>.</summary>
    [Setting(
        "Memory for large request bodies and their events; above it, publishing is answered with 503.",
        IsBytes = true, Least = "1MiB", Most = "64GiB")]
    public long MaxBodyBytesInFlight { get; init; } = 256 << 20;

    [Setting("How many connections can be open at the same time; further connections are closed.", Least = "10", Most = "1000000")]
    public int MaxConnections { get; init; } = 10_000;

    [Setting("How many label combinations one metric can have; further ones are counted but not kept.", Least = "10", Most = "100000")]
    public int MaxMetricSeries { get; init; } = 1000;

    /// <summary>Attempts have a separate grace time.</summary>
    [Setting("How long a stop waits for requests in progress.", Most = "10m")]
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
