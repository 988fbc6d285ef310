using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Herald.Hosting.Commands;
using Herald.Hosting.Modules;
using Herald.Nats.Clusters;
using Herald.Nats.JetStream;

namespace Herald.Alarms.Commands;

/// <summary>The options for the address of NATS, and for the stream that keeps the messages.</summary>
public sealed class NatsOptionSet : IServeOptions
{
    /// <summary>The name of the cluster in the settings.</summary>
    public const string Cluster = "main";

    public const string DefaultServers = "nats://127.0.0.1:4222", DefaultStream = "ALARMS", NoStreamOption = "--no-stream",
        StreamOption = "--stream", ReplicasOption = "--replicas";

    private readonly Option<string> _servers = new("--nats")
    {
        Description = "The address of NATS: one or more of its servers.",
        HelpName = "nats://HOST:PORT[,…]",
        DefaultValueFactory = _ => DefaultServers,
    };
    private readonly Option<string?> _user = new("--nats-user")
    {
        Description = "The NATS user; needs --nats-password-file.",
        HelpName = "USER",
    };
    private readonly Option<FileInfo?> _passwordFile = new("--nats-password-file")
    {
        Description = "A file with the password of the NATS user.",
        HelpName = "FILE",
    };
    private readonly Option<FileInfo?> _tokenFile = new("--nats-token-file")
    {
        Description = "A file with a NATS token, instead of a user and a password.",
        HelpName = "FILE",
    };
    private readonly Option<FileInfo?> _caFile = new("--nats-ca-file")
    {
        Description = "A file, in PEM, with the certificates that sign the servers' certificates. Default: those that the system trusts.",
        HelpName = "FILE",
    };
    private readonly Option<bool> _noStream = new(NoStreamOption)
    {
        Description = "Use NATS without JetStream. Messages that are sent while no reader is connected are lost.",
    };
    private readonly Option<string> _stream = new(StreamOption)
    {
        Description = "The JetStream stream that keeps the messages. It is created if it is missing.",
        HelpName = "NAME",
        DefaultValueFactory = _ => DefaultStream,
    };
    private readonly Option<int> _replicas = new(ReplicasOption)
    {
        Description = "The number of replicas of a new stream, 1 to 5.",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };

    /// <summary>Adds the options that a client of the application needs.</summary>
    public void AddTo(Command command)
    {
        _servers.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } text && ServerAddress.ParseAll(text) is null)
                result.AddError($"--nats {text}: {ServerAddress.Rule}");
        });
        foreach (var option in (Option[])[_servers, _user, _passwordFile, _tokenFile, _caFile, _noStream])
            command.Options.Add(option);
    }

    /// <summary>Adds the options that a server needs, to a command that also has its settings.</summary>
    void IServeOptions.AddTo(Command command)
    {
        AddTo(command);
        command.Options.Add(_stream);
        command.Options.Add(_replicas);
        _stream.Validators.Add(result => Check(result, result.GetValueOrDefault<string>(), 1));
        _replicas.Validators.Add(result => Check(result, DefaultStream, result.GetValueOrDefault<int>()));
        command.Validators.Add(result =>
        {
            if (result.IsGiven(_noStream) && (result.IsGiven(_stream) || result.IsGiven(_replicas)))
                result.AddError($"{NoStreamOption}: without a stream, {StreamOption} and {ReplicasOption} have no meaning.");
        });

        static void Check(OptionResult result, string? stream, int replicas)
        {
            if (stream is null || !JetStreamName.IsOne(stream) || replicas is < 1 or > 5)
                result.AddError(
                    $"{result.Option.Name} {(result.Tokens is [.., var last] ? last.Value : "")}: the name of a stream has letters, "
                        + "digits, hyphens and underscores, and a stream has 1 to 5 replicas.");
        }
    }

    public string Servers(ParseResult parsed) => parsed.GetValue(_servers)!;

    public bool HasStream(ParseResult parsed) => !parsed.GetValue(_noStream);

    /// <summary>The server settings that follow from the options.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Settings(ParseResult parsed)
    {
        var stream = HasStream(parsed) ? parsed.GetValue(_stream) : null;
        var settings = SettingsOf(Servers(parsed), stream, parsed.GetValue(_replicas)).ToList();
        Add("user", parsed.GetValue(_user));
        Add("passwordFile", parsed.GetValue(_passwordFile)?.FullName);
        Add("tokenFile", parsed.GetValue(_tokenFile)?.FullName);
        Add("caFile", parsed.GetValue(_caFile)?.FullName);
        return settings;

        void Add(string name, string? value)
        {
            if (value is not null)
                settings.Add(new($"nats.clusters.{Cluster}.{name}", value));
        }
    }

    /// <exception cref="IOException">A file cannot be read.</exception>
    public ConnectionOptions Read(ParseResult parsed) => new()
    {
        Servers = ServerAddress.ParseAll(Servers(parsed))!,
        Name = "herald-cli",
        User = parsed.GetValue(_user),
        Password = Secret(parsed.GetValue(_passwordFile)),
        Token = Secret(parsed.GetValue(_tokenFile)),
        CaFile = parsed.GetValue(_caFile)?.FullName,
    };

    /// <summary>The settings of a server. One source reads all messages of the application, so that none overtakes another.</summary>
    /// <param name="servers">The servers as in the option: several with commas.</param>
    /// <param name="stream">Null for no stream.</param>
    public static IReadOnlyList<KeyValuePair<string, string>> SettingsOf(string servers, string? stream, int replicas = 1)
    {
        var addresses = ServerAddress.ParseAll(servers) ?? throw new ArgumentException(ServerAddress.Rule, nameof(servers));
        string[] subjects =
            [AlarmEvents.StatusChanged, $"{AlarmEvents.StatusChanged}.>", AlarmEvents.SendDigest, $"{AlarmEvents.SendDigest}.>"];
        var count = replicas.ToString(CultureInfo.InvariantCulture);
        return
        [
            .. addresses.Select((address, index) => KeyValuePair.Create($"nats.clusters.{Cluster}.servers.{index}", $"{address}")),
            new("nats.sources.0.cluster", Cluster),
            .. subjects.Select((subject, index) => KeyValuePair.Create($"nats.sources.0.subject.{index}", subject)),
            new("nats.sources.0.to", AlarmEvents.Topic),
            .. stream is null
                ? (KeyValuePair<string, string>[])[new("nats.sources.0.oneReader", "true")]
                : [new("nats.sources.0.stream", stream), new("nats.sources.0.replicas", count)],
        ];
    }

    private static string? Secret(FileInfo? file) => file is null ? null : File.ReadAllText(file.FullName).Trim();
}
