using System.CommandLine;

namespace Herald.Hosting.Commands;

/// <summary>Options that mean the same for every command that has them.</summary>
public static class CommonOptions
{
    public const string DefaultServer = "http://127.0.0.1:8090";
    public const string ServerVariable = "HERALD_URL", TokenFileVariable = "HERALD_TOKEN_FILE", CaFileVariable = "HERALD_CA_FILE";

    /// <summary>What to do when something else answers.</summary>
    internal const string WhichServer = $"Give the address of Herald with --server or {ServerVariable}.";

    /// <summary>The name that <see cref="ServerVariable"/> had before. It is still read.</summary>
    private const string FormerServerVariable = "HERALD_SERVER";

    public static readonly Option<bool> Json = new("--json")
    {
        Description = "Print the results as JSON, for programs.",
        Recursive = true,
    };

    public static readonly Option<FileInfo?> TokenFile = new("--token-file")
    {
        Description = "A file with the bearer token. `serve` requires the token from callers; other commands send it. "
            + $"For these, the environment variable {TokenFileVariable} sets it too.",
        HelpName = "FILE",
        Recursive = true,
    };

    public static readonly Option<Uri> Server = new("--server")
    {
        Description = $"The address of the Herald server. The environment variable {ServerVariable} sets it too.",
        HelpName = "URL",
        DefaultValueFactory = result =>
        {
            var name = Variable(ServerVariable) is not null || Variable(FormerServerVariable) is null ? ServerVariable
                : FormerServerVariable;
            return ParseServer(name, Variable(name) ?? DefaultServer, result.AddError);
        },
        CustomParser = result => ParseServer("--server", result.Tokens[^1].Value, result.AddError),
    };

    public static readonly Option<string?> CaFile = new("--ca-file")
    {
        Description = "The certificates of the authorities, in PEM, that may sign the certificate of an https server, instead of those "
            + $"that this machine trusts. The environment variable {CaFileVariable} sets it too.",
        HelpName = "FILE",
    };

    public static readonly Option<int> Limit = new("--limit")
    {
        Description = "The number of items on a page, 1 to 1000.",
        HelpName = "N",
        DefaultValueFactory = _ => 100,
    };

    public static readonly Option<string?> Cursor = new("--cursor")
    {
        Description = "Where the page starts: the nextCursor of the page before.",
        HelpName = "CURSOR",
    };

    /// <summary>The file with the token that a command sends, and the option or variable that names it; null for none.</summary>
    internal static (FileInfo File, string Name)? TokenFileOf(ParseResult parsed) =>
        parsed.GetValue(TokenFile) is { } file ? (file, TokenFile.Name)
        : Variable(TokenFileVariable) is { } path ? (new FileInfo(path), TokenFileVariable)
        : null;

    internal static string? CaFileOf(ParseResult parsed) => parsed.GetValue(CaFile) ?? Variable(CaFileVariable);

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static Uri ParseServer(string name, string text, Action<string> refuse)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
            return url;
        var lacksScheme = !text.Contains("://", StringComparison.Ordinal) && Uri.TryCreate($"http://{text}", UriKind.Absolute, out _);
        var meant = lacksScheme ? $"http://{text}" : DefaultServer;
        refuse($"{name} {text}: expected a URL such as {meant}.");
        return new Uri(DefaultServer);
    }
}
