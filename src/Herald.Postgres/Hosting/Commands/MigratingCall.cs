using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Herald.Client;
using Herald.Hosting.Commands;
using Herald.Hosting.Commands.Tables;

namespace Herald.Postgres.Hosting.Commands;

/// <summary>One run of a <see cref="MigratingCommand"/>.</summary>
internal sealed record MigratingCall(ParseResult Parsed, Terminal Terminal, CancellationToken Cancel)
{
    public T? Get<T>(Option<T> option) => Parsed.GetValue(option);

    /// <summary>
    /// Prints columns for people, or <paramref name="none"/> when there are no items; <c>{"items": […]}</c> for machines.
    /// </summary>
    public ExitCode Print(IEnumerable<JsonObject> items, string none, params IReadOnlyList<TableColumn> columns)
    {
        var page = JsonElement.Parse(new JsonObject { ["items"] = new JsonArray([.. items]) }.ToJsonString());
        if (Terminal.Json)
            Terminal.Out.WriteLine(JsonText.Indented(page));
        else if (page.GetProperty("items").GetArrayLength() == 0)
            Terminal.Error.WriteLine(none);
        else
            Terminal.Table(page, columns);
        return ExitCode.Ok;
    }
}
