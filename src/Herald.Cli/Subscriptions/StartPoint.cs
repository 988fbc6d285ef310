using System.Globalization;
using System.Text.Json.Nodes;

namespace Herald.Cli.Subscriptions;

/// <summary>Where a subscription or a replay begins, as typed: a sequence goes as a number, everything else as it is; Herald judges it.</summary>
internal static class StartPoint
{
    public static JsonNode ToJson(string typed) =>
        long.TryParse(typed, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) ? JsonValue.Create(sequence) : JsonValue.Create(typed)!;
}
