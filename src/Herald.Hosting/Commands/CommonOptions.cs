using System.CommandLine;

namespace Herald.Hosting.Commands;

/// <summary>Options that mean the same for every command that has them.</summary>
public static class CommonOptions
{
    public const string DefaultServer = "http://127.0.0.1:8090";
    public const string ServerVariable = "HERALD_SERVER";

    public static readonly Option<bool> Json = new("--json")
    {
        Description = "Print JSON, for machines.",
        Recursive = true,
    };

    public static readonly Option<FileInfo?> TokenFile = new("--token-file")
    {
        Description = "A file that holds the bearer token: serve asks for it, the other commands send it.",
        HelpName = "FILE",
        Recursive = true,
    };

    public static readonly Option<Uri> Server = new("--server")
    {
        Description = $"Where Herald is. Also by the environment variable {ServerVariable}.",
        HelpName = "URL",
        DefaultValueFactory = _ => new Uri(Environment.GetEnvironmentVariable(ServerVariable) is { Length: > 0 } url ? url : DefaultServer),
        CustomParser = result => ParseServer(result.Tokens[^1].Value, result.AddError),
    };

    public static readonly Option<int> Limit = new("--limit")
    {
        Description = "Items of one page, 1 to 1000.",
        HelpName = "N",
        DefaultValueFactory = _ => 100,
    };

    public static readonly Option<string?> Cursor = new("--cursor")
    {
        Description = "Where to go on: the nextCursor of the page before.",
        HelpName = "CURSOR",
    };

    private static Uri? ParseServer(string text, Action<string> refuse)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
            return url;
        refuse($"--server {text}: give an address like {DefaultServer}.");
        return null;
    }
}
