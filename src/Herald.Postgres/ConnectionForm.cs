using Herald.Engine.Basics;
using Npgsql;

namespace Herald.Postgres;

/// <summary>
/// How to reach the database, as people write it: Npgsql's <c>Host=…;Database=…</c>, or a URL
/// <c>postgres://user:password@host:port/database</c>. Both can name several hosts: <c>host1:5432,host2:5432</c>.
/// </summary>
/// <remarks>Messages about it never contain a secret.</remarks>
public sealed class ConnectionForm : ISettingForm
{
    public const string Rule = "Give postgres://user:password@host:port/database, or Host=…;Username=…;Password=…;Database=…";
    private readonly NpgsqlConnectionStringBuilder _settings;

    private ConnectionForm(NpgsqlConnectionStringBuilder settings) => _settings = settings;

    /// <summary>The connection string for Npgsql. Contains the password.</summary>
    public string Npgsql => _settings.ConnectionString;

    /// <exception cref="FormatException">The text has neither form. The message repeats no part that can be secret.</exception>
    public static ConnectionForm Parse(string text)
    {
        var settings = PostgresUrl.IsUrl(text) ? PostgresUrl.Parse(text) : ParseKeywords(text);
        if (string.IsNullOrWhiteSpace(settings.Host))
            throw new FormatException($"The connection has no host. {Rule}");
        if (settings.Host.Contains(',', StringComparison.Ordinal))
            PreferPrimary(settings);
        return new(settings);
    }

    static string ISettingForm.Rule => "postgres://user:password@host/database or Host=...;Database=...; several hosts with commas.";

    static bool ISettingForm.Accepts(string text) => TryParse(text) is not null;

    static string ISettingForm.Mask(string text) => TryParse(text)?.ToString() ?? "(hidden)";

    /// <summary>
    /// Creates the source of new connections. With several hosts it uses the one that <c>Target Session Attributes</c> asks for, by default
    /// the primary.
    /// </summary>
    public NpgsqlDataSource CreateDataSource() => new NpgsqlDataSourceBuilder(Npgsql).Build();

    /// <summary>For messages: hosts and ports, database and user.</summary>
    public override string ToString() =>
        $"{Hosts()}, database {_settings.Database ?? _settings.Username ?? "(default of the user)"}, user {_settings.Username ?? "(user of the operating system)"}";

    private static ConnectionForm? TryParse(string text)
    {
        try
        {
            return Parse(text);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>
    /// One of several hosts can be a standby, which refuses writes. By default the role of a host is checked again after 1 s, because a
    /// standby can be promoted.
    /// </summary>
    private static void PreferPrimary(NpgsqlConnectionStringBuilder settings)
    {
        settings.TargetSessionAttributes ??= "primary";
        if (!settings.ShouldSerialize("Host Recheck Seconds"))
            settings.HostRecheckSeconds = 1;
    }

    private string Hosts() =>
        string.Join(',', _settings.Host!.Split(',').Select(host => HasPort(host) ? host : $"{host}:{_settings.Port}"));

    /// <summary>A host that is a path is a Unix socket. An IPv6 address has its port after the bracket.</summary>
    private static bool HasPort(string host) =>
        host.LastIndexOf(':') is var colon and > 0 && colon > host.LastIndexOf(']')
            && (host[0] == '[' || host.IndexOf(':', StringComparison.Ordinal) == colon);

    private static NpgsqlConnectionStringBuilder ParseKeywords(string text)
    {
        try
        {
            return new(text);
        }
        catch (ArgumentException)
        {
            // Npgsql's message can quote the text. A password that was not quoted correctly could then appear anywhere in it.
            throw new FormatException($"The connection is not valid: a name is not a setting of Npgsql, or its value is wrong. {Rule}");
        }
    }
}
