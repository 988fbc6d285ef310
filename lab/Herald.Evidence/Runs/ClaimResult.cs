using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Herald.Evidence.Claims;

namespace Herald.Evidence.Runs;

/// <summary>Reads the output of a command.</summary>
internal static partial class ClaimResult
{
    /// <returns>Null when the output contains no result.</returns>
    public static JsonNode? Of(Claim claim, string text) => claim.Kind switch
    {
        ClaimKind.Bench or ClaimKind.Scenario or ClaimKind.Mutants or ClaimKind.Soak => Figures(text),
        ClaimKind.Tests => Counts(text),
        ClaimKind.Told => Stories(text),
        ClaimKind.Coverage => Shares(text),
        ClaimKind.Planted => Faults(text),
    };

    private static JsonNode? Figures(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JsonObject? Counts(string text) => LastLine().Matches(text) is [.., var last]
        ? new() { ["passed"] = Number(last.Groups[1]), ["failed"] = Number(last.Groups[2]) }
        : null;

    private static JsonArray? Stories(string text)
    {
        var told = StoryLines().Matches(text);
        return told.Count == 0 ? null : new([.. told.Select(test => new JsonObject
        {
            ["test"] = test.Groups[1].Value,
            ["passed"] = test.Groups[2].Value == "PASS",
            ["told"] = new JsonArray([.. test.Groups[3].Value.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(line => (JsonNode)line)]),
        })]);
    }

    private static JsonArray? Faults(string text)
    {
        var found = FaultLine().Matches(text);
        return found.Count == 0 ? null : new([.. found.Select(fault => new JsonObject
        {
            ["fault"] = fault.Groups[1].Value,
            ["seed"] = fault.Groups[3].Success ? Number(fault.Groups[3]) : null,
            ["what"] = fault.Groups[4].Value.Trim(),
        })]);
    }

    private static JsonArray? Shares(string text)
    {
        var shares = ShareLine().Matches(text);
        return shares.Count == 0 ? null : new([.. shares.Select(share => new JsonObject
        {
            ["project"] = share.Groups[1].Value,
            ["percent"] = double.Parse(share.Groups[2].ValueSpan, CultureInfo.InvariantCulture),
            ["lines"] = Number(share.Groups[3]),
            ["demanded"] = Number(share.Groups[4]),
        })]);
    }

    private static int Number(Group digits) => int.Parse(digits.ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(\d+) passed, (\d+) failed", RegexOptions.Multiline)]
    private static partial Regex LastLine();

    // The output of a test stands below its name, with a deeper indent.
    [GeneratedRegex(
        @"^ {4}\S+\.(\w+)[^\n]* \[(PASS|FAIL)\]\n(?: {6,}(?! *Output:)[^\n]*\n)* {6}Output:\n((?: {8}[^\n]*\n)+)", RegexOptions.Multiline)]
    private static partial Regex StoryLines();

    [GeneratedRegex(@"^([A-Z][\w.]+)\s+([\d.]+) % of (\d+) lines \(demanded: (\d+) %\)", RegexOptions.Multiline)]
    private static partial Regex ShareLine();

    [GeneratedRegex(@"^([a-z][a-z-]+)\s+(seed (\d+)|not within \d+ seeds)\s+(.+)$", RegexOptions.Multiline)]
    private static partial Regex FaultLine();
}
