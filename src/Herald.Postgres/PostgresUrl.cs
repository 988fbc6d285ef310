using System.Text.RegularExpressions;
using Npgsql;

namespace Herald.Postgres;

/// <summary>
/// Parses <c>postgres://user:password@host1:5432,host2:5432/database?sslmode=require</c>, in the form that libpq accepts. .NET's own
/// <see cref="Uri"/> knows only one host.
/// </summary>
internal static partial class PostgresUrl
{
    private static readonly Dictionary<string, string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["application_name"] = "Application Name",
        ["target_session_attrs"] = "Target Session Attributes",
        ["connect_timeout"] = "Timeout",
        ["sslrootcert"] = "Root Certificate",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["dbname"] = "Database",
    };

    public static bool IsUrl(string text) => Scheme().IsMatch(text);

    /// <exception cref="FormatException">The text is not such a URL. The message repeats no part that can be secret.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string text)
    {
        var match = Url().Match(text);
        if (!match.Success)
            throw new FormatException(
                $"The connection begins like a URL but is not a valid one. In a user or password write @ as %40, / as %2F, ? as %3F, # as %23. {ConnectionForm.Rule}");
        var settings = new NpgsqlConnectionStringBuilder();
        SetHosts(settings, match.Groups["hosts"].Value);
        Set(settings, "Username", match.Groups["user"]);
        Set(settings, "Password", match.Groups["password"]);
        Set(settings, "Database", match.Groups["database"]);
        foreach (var pair in match.Groups["query"].Value.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            Set(settings, Uri.UnescapeDataString(parts[0]), parts.Length == 2 ? parts[1] : "");
        }
        return settings;
    }

    private static void SetHosts(NpgsqlConnectionStringBuilder settings, string hosts)
    {
        hosts = Uri.UnescapeDataString(hosts);
        var single = SingleHost().Match(hosts);
        if (single.Success)
        {
            settings.Host = single.Groups["host"].Value;
            if (int.TryParse(single.Groups["port"].ValueSpan, out var port) && port is > 0 and < 65536)
                settings.Port = port;
            else
                throw new FormatException($"'{single.Groups["port"].Value}' in the connection is not a port.");
        }
        else
        {
            settings.Host = hosts;
        }
    }

    private static void Set(NpgsqlConnectionStringBuilder settings, string name, Group value)
    {
        if (value.Length > 0)
            Set(settings, name, value.Value);
    }

    private static void Set(NpgsqlConnectionStringBuilder settings, string name, string value)
    {
        value = Uri.UnescapeDataString(value);
        try
        {
            // Npgsql spells verify-full as VerifyFull.
            if (name.Equals("sslmode", StringComparison.OrdinalIgnoreCase))
                value = value.Replace("-", "", StringComparison.Ordinal);
            settings[Names.GetValueOrDefault(name, name)] = value;
        }
        catch (Exception refused) when (refused is ArgumentException or FormatException or InvalidCastException)
        {
            throw new FormatException($"'{name}' in the connection is not a known setting, or its value is wrong.");
        }
    }

    [GeneratedRegex("^postgres(ql)?://", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Scheme();

    [GeneratedRegex(
        @"^postgres(ql)?://((?<user>[^:@/?#]*)(:(?<password>[^@/?#]*))?@)?(?<hosts>[^@/?#]*)(/(?<database>[^/?#]*))?(\?(?<query>[^#]*))?$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Url();

    /// <summary>
    /// Npgsql takes the ports of several hosts together with the hosts, and the port of a single host separately. An IPv6 address has
    /// brackets when a port follows.
    /// </summary>
    [GeneratedRegex(@"^(?<host>\[[^\]]+\]|[^:,\[\]]+):(?<port>[^:,\]]*)$", RegexOptions.ExplicitCapture)]
    private static partial Regex SingleHost();
}
