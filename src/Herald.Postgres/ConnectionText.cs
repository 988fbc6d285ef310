using Npgsql;

namespace Herald.Postgres;

/// <summary>
/// How to reach the database, as people write it: Npgsql's <c>Host=…;Database=…</c> or a URL <c>postgres://user:password@host:port/database</c>; either
/// with several hosts, <c>host1:5432,host2:5432</c>. What is told of it never holds a secret.
/// </summary>
public sealed class ConnectionText
{
    public const string Rule = "Give postgres://user:password@host:port/database, or Host=…;Username=…;Password=…;Database=…";
    private readonly NpgsqlConnectionStringBuilder _settings;

    private ConnectionText(NpgsqlConnectionStringBuilder settings) => _settings = settings;

    /// <summary>For Npgsql; holds the password.</summary>
    public string Npgsql => _settings.ConnectionString;

    /// <exception cref="FormatException">It is neither; the message repeats no part of it that may be secret.</exception>
    public static ConnectionText Parse(string text)
    {
        var settings = PostgresUrl.IsUrl(text) ? PostgresUrl.Parse(text) : ParseKeywords(text);
        if (string.IsNullOrWhiteSpace(settings.Host))
            throw new FormatException($"The connection names no host. {Rule}");
        if (settings.Host.Contains(',', StringComparison.Ordinal))
            PreferPrimary(settings);
        return new(settings);
    }

    /// <summary>Where new connections come from; with several hosts, the one that <c>Target Session Attributes</c> asks for, by default the primary.</summary>
    public NpgsqlDataSource CreateDataSource() => new NpgsqlDataSourceBuilder(Npgsql).Build();

    /// <summary>For messages: hosts and ports, database and user.</summary>
    public override string ToString() =>
        $"{Hosts()}, database {_settings.Database ?? _settings.Username ?? "(that of the user)"}, user {_settings.Username ?? "(that of the system)"}";

    /// <summary>One of several hosts may be a standby, where nothing can be written. Unless told otherwise, that is forgotten soon: it may be promoted.</summary>
    private static void PreferPrimary(NpgsqlConnectionStringBuilder settings)
    {
        settings.TargetSessionAttributes ??= "primary";
        if (!settings.ShouldSerialize("Host Recheck Seconds"))
            settings.HostRecheckSeconds = 1;
    }

    private string Hosts() => string.Join(',', _settings.Host!.Split(',').Select(host => HasPort(host) ? host : $"{host}:{_settings.Port}"));

    /// <summary>A path is that of a Unix socket, and in IPv6 the port comes behind the bracket.</summary>
    private static bool HasPort(string host) =>
        host.LastIndexOf(':') is var colon and > 0 && colon > host.LastIndexOf(']') && (host[0] == '[' || host.IndexOf(':', StringComparison.Ordinal) == colon);

    private static NpgsqlConnectionStringBuilder ParseKeywords(string text)
    {
        try
        {
            return new(text);
        }
        catch (ArgumentException)
        {
            // What it says may quote the text, and a password that was not quoted well ends up anywhere in it.
            throw new FormatException($"The connection is not understood: a name is not one of Npgsql's settings, or its value is wrong. {Rule}");
        }
    }
}
