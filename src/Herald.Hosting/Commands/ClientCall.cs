using System.CommandLine;
using Herald.Client;

namespace Herald.Hosting.Commands;

/// <summary>One run of a <see cref="ClientCommand"/>.</summary>
public sealed record ClientCall(ParseResult Parsed, HeraldClient Client, Terminal Terminal, CancellationToken Cancel)
{
    public T Get<T>(Argument<T> argument) => Parsed.GetRequiredValue(argument);

    public T? Get<T>(Option<T> option) => Parsed.GetValue(option);

    /// <summary><c>?limit=…&amp;cursor=…</c>, with the values of <paramref name="more"/> that are not null.</summary>
    public string PageQuery(params (string Name, string? Value)[] more)
    {
        var query = $"?limit={Get(CommonOptions.Limit)}";
        if (Get(CommonOptions.Cursor) is { } cursor)
            query += $"&cursor={Uri.EscapeDataString(cursor)}";
        foreach (var (name, value) in more)
            if (value is not null)
                query += $"&{name}={Uri.EscapeDataString(value)}";
        return query;
    }
}
