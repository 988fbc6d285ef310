using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Herald.Evidence.Claims;

namespace Herald.Evidence.Running;

/// <summary>Reads what a command has left behind.</summary>
internal static partial class ClaimResult
{
    /// <returns>Null when it has shown nothing.</returns>
    public static JsonNode? Of(Claim claim, string text) => claim.Kind switch
    {
        ClaimKind.Bench or ClaimKind.Scenario => Figures(text),
        ClaimKind.Tests => Counts(text),
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

    private static int Number(Group digits) => int.Parse(digits.ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(\d+) passed, (\d+) failed", RegexOptions.Multiline)]
    private static partial Regex LastLine();

    [GeneratedRegex(@"^([a-z][a-z-]+)\s+(seed (\d+)|not within \d+ seeds)\s+(.+)$", RegexOptions.Multiline)]
    private static partial Regex FaultLine();
}
