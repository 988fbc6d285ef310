using Herald.Hosting;
using Herald.Nats;
using Herald.Nats.Clusters;
using Herald.Server.Http;

namespace Herald.Server.Settings;

/// <summary>
/// Reads the options from a JSON file, then <c>HERALD_…</c> variables, then the command line; later ones override earlier ones. Unknown
/// names are refused, and all errors are reported at once.
/// </summary>
public sealed class ServerSettings
{
    /// <summary>Variables with the same prefix that belong to other commands.</summary>
    private static readonly string[] OtherVariables = ["HERALD_SERVER", "HERALD_TOKEN", "HERALD_CONNECTION", "HERALD_POSTGRES_BIN"];

    private readonly IReadOnlyList<Setting> _settings;
    private readonly Dictionary<string, (string Value, string Source)> _given = new(StringComparer.Ordinal);
    private readonly List<SettingError> _errors = [];
    private ServerOptions _options = new();

    private ServerSettings(IReadOnlyList<Setting> settings) => _settings = settings;

    /// <summary>Empty when the options can be used.</summary>
    public IReadOnlyList<SettingError> Errors => _errors;

    /// <exception cref="ServerStartException">There are <see cref="Errors"/>; the message contains all of them.</exception>
    public ServerOptions Options => _errors.Count == 0 ? _options : throw new ServerStartException(string.Join(Environment.NewLine, _errors));

    /// <param name="file">A JSON file that must exist, or null for none.</param>
    /// <param name="environment">All variables of the process; those without the prefix are ignored.</param>
    /// <param name="overrides">Values by setting name, e.g. <c>listen</c>. They override all others.</param>
    /// <param name="defaults">An application's default values by setting name. All others override them.</param>
    /// <param name="more">An application's settings, in addition to the server's.</param>
    public static ServerSettings Load(
        string? file, IEnumerable<KeyValuePair<string, string>> environment, IEnumerable<KeyValuePair<string, string>> overrides,
        IEnumerable<KeyValuePair<string, string>>? defaults = null, IReadOnlyList<Setting>? more = null)
    {
        ArgumentNullException.ThrowIfNull(environment);
        ArgumentNullException.ThrowIfNull(overrides);
        var settings = new ServerSettings([.. SettingTable.All, .. more ?? []]);
        foreach (var (name, value) in defaults ?? [])
            settings.Give(name, value, "default");
        if (file is not null)
            SettingsFile.Read(file, (name, value) => settings.Give(name, value, $"file {file}"), settings._errors);
        settings.ReadEnvironment(environment);
        foreach (var (name, value) in overrides)
            settings.Give(name, value, "command line");
        settings.Apply();
        return settings;
    }

    /// <summary>Every setting with its present value, for <c>herald config</c>.</summary>
    public IReadOnlyList<EffectiveSetting> Effective() =>
    [
        .. _settings.Select(s => new EffectiveSetting(
            s.Name, s.Variable, s.Show(_options) is { } value ? s.Mask(value) : null,
            _given.TryGetValue(s.Name, out var given) ? given.Source : "default", s.Purpose, s.Rule)),
    ];

    /// <summary>The errors of options that were written in code instead of loaded.</summary>
    internal static IReadOnlyList<SettingError> Check(ServerOptions options)
    {
        var errors = Check(SettingTable.All, options).ToList();
        CheckTogether(options, _ => "code", errors);
        return errors;
    }

    /// <summary>The errors of an application's own settings.</summary>
    public static IEnumerable<SettingError> Check(IReadOnlyList<Setting> settings, ServerOptions options) =>
        settings.Select(setting => setting.Check(options)).OfType<SettingError>();

    private void ReadEnvironment(IEnumerable<KeyValuePair<string, string>> environment)
    {
        foreach (var (variable, value) in environment.OrderBy(v => v.Key, StringComparer.Ordinal))
        {
            if (!variable.StartsWith(Setting.Prefix, StringComparison.Ordinal) || OtherVariables.Contains(variable))
                continue;
            if (_settings.FirstOrDefault(s => s.Variable == variable) is { } setting)
                Give(setting.Name, value, $"environment {variable}");
            else
                _errors.Add(new(variable, null, "environment", $"There is no such setting. {Nearest.Hint(variable, _settings.Select(s => s.Variable))}"));
        }
    }

    private void Give(string name, string value, string source)
    {
        if (_settings.Any(s => s.Name == name))
            _given[name] = (value, source);
        else
            _errors.Add(new(name, null, source, $"There is no such setting. {Nearest.Hint(name, _settings.Select(s => s.Name))}"));
    }

    private void Apply()
    {
        foreach (var setting in _settings)
        {
            if (!_given.TryGetValue(setting.Name, out var given))
                continue;
            if (setting.Apply(_options, given.Value) is { } changed)
                _options = changed;
            else
                _errors.Add(new(setting.Name, setting.Mask(given.Value), given.Source, setting.Rule));
        }
        CheckTogether(_options, name => _given.TryGetValue(name, out var given) ? given.Source : "default", _errors);
    }

    /// <summary>Checks rules between settings.</summary>
    private static void CheckTogether(ServerOptions options, Func<string, string> sourceOf, List<SettingError> errors)
    {
        var foreign = options.Listen.FirstOrDefault(text => ListenAddress.TryParse(text, out var address) && !address.IsLoopback);
        if (foreign is not null && options.TokenFile is null && !errors.Any(e => e.Setting is "tokenFile"))
        {
            errors.Add(new("listen", foreign, sourceOf("listen"),
                "An address that is not loopback needs a token. Set tokenFile (--token-file, HERALD_TOKEN_FILE) to a file with a token."));
        }
        if (options.RequireToken && options.TokenFile is null && !errors.Any(e => e.Setting is "listen" or "tokenFile"))
        {
            errors.Add(new("requireToken", "true", sourceOf("requireToken"),
                "The server needs the token that callers send. Set tokenFile (--token-file, HERALD_TOKEN_FILE) to a file with a token."));
        }
        if (options.Store == StoreKind.Postgres && options.Postgres.Connection.Length == 0 && !errors.Any(e => e.Setting is "connection" or "store"))
        {
            errors.Add(new("connection", null, sourceOf("connection"),
                "The store is postgres, so its address is needed. Set connection (--connection, HERALD_CONNECTION), for example postgres://herald@127.0.0.1/herald."));
        }
        if (options.Kafka.Sources.FirstOrDefault(source => options.Kafka.Clusters.All(c => c.Name != source.Cluster)) is { } route
            && !errors.Any(e => e.Setting is "kafka.clusters" or "kafka.sources"))
        {
            errors.Add(new("kafka.sources", route.ToString(), sourceOf("kafka.sources"),
                $"Cluster '{route.Cluster}' is not known. Add its address to kafka.clusters (--kafka-clusters, HERALD_KAFKA_CLUSTERS), for example {route.Cluster}=127.0.0.1:9092."));
        }
        CheckNats(options.Nats, sourceOf, errors);
        if (options.MaxBodyBytesInFlight < options.MaxBodyBytes && !errors.Any(e => e.Setting is "maxBodyBytes" or "maxBodyBytesInFlight"))
        {
            errors.Add(new("maxBodyBytesInFlight", SettingTypes.FormatBytes(options.MaxBodyBytesInFlight), sourceOf("maxBodyBytesInFlight"),
                $"Must not be less than maxBodyBytes, which is {SettingTypes.FormatBytes(options.MaxBodyBytes)}."));
        }
        if (options.Journal is { MaxBytes: { } most, SegmentBytes: var segment } && most < 4L * segment && !errors.Any(e => e.Setting.StartsWith("journal.", StringComparison.Ordinal)))
        {
            errors.Add(new("journal.maxBytes", SettingTypes.FormatBytes(most), sourceOf("journal.maxBytes"),
                $"Must be at least four segments (journal.segmentBytes is {SettingTypes.FormatBytes(segment)})."));
        }
    }

    private static void CheckNats(NatsOptions nats, Func<string, string> sourceOf, List<SettingError> errors)
    {
        if (errors.Any(e => e.Setting.StartsWith("nats.", StringComparison.Ordinal)))
            return;
        (string Setting, ByCluster Values)[] byCluster =
            [
                ("nats.users", nats.Users), ("nats.passwordFiles", nats.PasswordFiles), ("nats.tokenFiles", nats.TokenFiles), ("nats.nkeyFiles", nats.NKeyFiles),
                ("nats.credentialsFiles", nats.CredentialsFiles), ("nats.certificateFiles", nats.CertificateFiles), ("nats.certificateKeyFiles", nats.CertificateKeyFiles), ("nats.caFiles", nats.CaFiles),
            ];
        var named = nats.Sources.Select(route => (Setting: "nats.sources", route.Cluster, Value: route.ToString()))
            .Concat(byCluster.SelectMany(one => one.Values.Clusters.Select(cluster => (one.Setting, Cluster: cluster, Value: one.Values.ToString()))));
        foreach (var (setting, cluster, value) in named.Where(one => nats.Clusters.All(c => c.Name != one.Cluster)))
        {
            errors.Add(new(setting, value, sourceOf(setting),
                $"There is no cluster '{cluster}'. Add its address to nats.clusters (--nats-clusters, HERALD_NATS_CLUSTERS), "
                + $"for example {cluster}=nats://127.0.0.1:4222."));
        }
        foreach (var (index, route) in nats.Sources.Index())
        {
            if (nats.Sources.Take(index).FirstOrDefault(other => other.IsInTheWayOf(route, nats.Group)) is { } other)
            {
                errors.Add(new("nats.sources", route.ToString(), sourceOf("nats.sources"),
                    $"It would share its messages with '{other}', so each gets only a part: give it a group of its own, with group=NAME."));
            }
        }
    }
}
