using System.Text.Json;
using System.Text.Json.Nodes;
using Herald.Hosting.Commands;

namespace Herald.Lab.Scenarios;

/// <summary>The report of the scenario: the figures of each handler in each phase, and then each criterion.</summary>
internal static class UnaffectedReport
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };

    public static string NameOf(Phase phase) => phase switch
    {
        Phase.WarmUp => "warm-up",
        Phase.Before => "before",
        Phase.Hell => "hell",
        Phase.After => "after",
    };

    public static async Task ShowAsync(
        IReadOnlyList<HandlerFigures> handlers, IReadOnlyList<Criterion> criteria, UnaffectedOptions options, Terminal terminal, CancellationToken cancel)
    {
        var json = ToJson(handlers, criteria, options).ToJsonString(Readable);
        if (options.Json is { } file)
            await File.WriteAllTextAsync(file.FullName, json, cancel);
        if (terminal.Json)
        {
            terminal.Out.WriteLine(json);
            return;
        }
        Columns(terminal.Out,
        [
            ["HANDLER", "PHASE", "DELIVERED", "FAILED", "RETRIES", "P50", "P95", "P99"],
            .. handlers.SelectMany(handler => PhasePlan.Judged.Select(phase => Row(handler, phase))),
        ]);
        terminal.Out.WriteLine();
        Columns(terminal.Out, [["CRITERION", "FIGURE", "LIMIT", ""], .. criteria.Select(one => new[] { one.What, one.Figure, one.Limit, one.Holds ? "ok" : "NOT OK" })]);
        terminal.Out.WriteLine();
        foreach (var sentence in UnaffectedSentences.Of(handlers, criteria, options.Plan))
            terminal.Out.WriteLine(sentence);
    }

    private static string[] Row(HandlerFigures handler, Phase phase)
    {
        var figures = handler.Phases[phase];
        return
        [
            handler.Role.Name, NameOf(phase), $"{figures.Delivered}", $"{figures.Failed}", $"{figures.Retries}",
            LagText.Format(figures.Lag(0.50)), LagText.Format(figures.Lag(0.95)), LagText.Format(figures.Lag(0.99)),
        ];
    }

    private static void Columns(TextWriter output, IReadOnlyList<string[]> rows)
    {
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
            output.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
    }

    private static JsonObject ToJson(IReadOnlyList<HandlerFigures> handlers, IReadOnlyList<Criterion> criteria, UnaffectedOptions options) => new()
    {
        ["ok"] = criteria.All(criterion => criterion.Holds),
        ["ratePerCustomer"] = options.Rate,
        ["openOrders"] = options.OpenOrders,
        ["store"] = options.Store.ToString().ToLowerInvariant(),
        ["nodes"] = options.Nodes,
        ["via"] = options.Via.ToString().ToLowerInvariant(),
        ["handlers"] = new JsonArray([.. handlers.Select(handler => (JsonNode)new JsonObject
        {
            ["name"] = handler.Role.Name,
            ["phases"] = new JsonObject(PhasePlan.Judged.Select(phase => KeyValuePair.Create(NameOf(phase), (JsonNode?)ToJson(handler.Phases[phase])))),
        })]),
        ["criteria"] = new JsonArray([.. criteria.Select(one => (JsonNode)new JsonObject
        {
            ["what"] = one.What,
            ["figure"] = one.Figure,
            ["limit"] = one.Limit,
            ["ok"] = one.Holds,
        })]),
    };

    private static JsonObject ToJson(PhaseFigures figures) => new()
    {
        ["seconds"] = figures.Length.TotalSeconds,
        ["delivered"] = figures.Delivered,
        ["failed"] = figures.Failed,
        ["retries"] = figures.Retries,
        ["lagMsP50"] = figures.Lag(0.50)?.TotalMilliseconds,
        ["lagMsP95"] = figures.Lag(0.95)?.TotalMilliseconds,
        ["lagMsP99"] = figures.Lag(0.99)?.TotalMilliseconds,
    };
}
