using System.Globalization;
using System.Text.Json.Nodes;
using Herald.Evidence.Claims;
using Herald.Evidence.Records;

namespace Herald.Evidence.Printouts;

/// <summary>Mutants: how many each suite was the first to notice, and the list of those that no suite noticed.</summary>
internal static class MutantTable
{
    public static string Of(IReadOnlyList<(Claim Claim, Record Record)> shown) => string.Join("\n\n", shown.Select(one => Of(one.Record)));

    private static string Of(Record record)
    {
        // A project of which no mutant was tried is left out.
        var projects = Parts(record.Result, "projects").Where(project => Number(project["tried"]) > 0).ToList();
        var suites = projects.SelectMany(project => Parts(project, "suites")).Select(suite => (string)suite["suite"]!).Distinct();
        List<string> lines =
        [
            $"| {Row([.. projects.Select(project => $"{project["project"]}")])}",
            Rule(projects.Count + 1),
            Row(["tried, of those drawn", .. projects.Select(Tried)]),
            .. suites.Select(suite => Row([$"noticed by {suite}", .. projects.Select(project => Noticed(project, suite))])),
            Row(["noticed by none", .. projects.Select(project => $"{Number(project["tried"]) - Number(project["noticed"])}")]),
            Row(["**score**", .. projects.Select(Score)]),
            "",
            Origin(record),
        ];
        foreach (var unfit in record.Result["unfit"]!.AsArray())
            lines.Add($"\n**Fails without a mutant, so it was not used:** {unfit}.");
        var survivors = projects.SelectMany(project => Parts(project, "survivors")).ToList();
        if (survivors.Count > 0)
            lines.AddRange(["", Row(["noticed by none", "before", "after",
                "suites that reach it"]), Rule(4), .. survivors.Select(Survivor)]);
        return string.Join('\n', lines);
    }

    private static string Tried(JsonNode project)
    {
        var (tried, drawn) = (Number(project["tried"]), Number(project["drawn"]));
        return tried == drawn ? $"all {drawn}" : $"**{tried} of {drawn}**";
    }

    private static string Noticed(JsonNode project, string name)
    {
        if (Parts(project, "suites").FirstOrDefault(suite => (string)suite["suite"]! == name) is not { } suite)
            return "–";
        var (hung, ended) = (Number(suite["hung"]), Number(suite["ended"]));
        string?[] how = [hung > 0 ? $"{hung} by taking too long" : null, ended > 0 ? $"{ended} by the end of the process" : null];
        var told = string.Join(", ", how.Where(one => one is not null));
        return $"{Number(suite["noticed"])}{(told.Length > 0 ? $" ({told})" : "")}";
    }

    private static string Score(JsonNode project) => Invariant($"**{100.0 * Number(project["noticed"]) / Number(project["tried"]):N1} %**");

    private static string Survivor(JsonNode survivor)
    {
        var file = ((string)survivor["file"]!)["src/".Length..];
        var equivalent = (string?)survivor["equivalent"] is { } why ? $" Believed to be equivalent: {why}" : "";
        var after = (string)survivor["after"]! is { Length: > 0 } code ? Code(code) : "deleted";
        var where = $"{file}:{Number(survivor["line"])}, {survivor["member"]}";
        return Row([where, Code((string)survivor["before"]!), $"{after}{equivalent}", $"{Number(survivor["suites"])}"]);
    }

    private static string Origin(Record record)
    {
        var (seed, minutes, machine) = (Number(record.Result["seed"]), (double)record.Result["minutes"]!, record.Machine);
        var where = $"commit `{record.ShortCommit}`, {record.Date}, {machine.Cores} cores of {machine.Cpu}";
        return Invariant($"Drawn by seed {seed}; {minutes:N0} minutes of trials, `{record.Command}`, {where}.");
    }

    private static IEnumerable<JsonNode> Parts(JsonNode whole, string name) => whole[name]!.AsArray().Select(part => part!);

    // A bar inside a row would end the cell, even inside code.
    private static string Code(string code) => $"`{code.Replace("|", "\\|", StringComparison.Ordinal)}`";

    private static string Row(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |";

    private static string Rule(int columns) => $"|{string.Concat(Enumerable.Repeat("---|", columns))}";

    private static int Number(JsonNode? number) => (int)number!;

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
