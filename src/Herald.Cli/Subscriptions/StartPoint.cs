using System.Globalization;
using System.Text.Json.Nodes;

namespace Herald.Cli.Subscriptions;

/// <summary>
/// The start of a subscription or a replay, as typed. A sequence is sent as a number and everything else as text; Herald checks it.
/// </summary>
internal static class StartPoint
{
    public static JsonNode ToJson(string typed) =>
        long.TryParse(typed, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) ? JsonValue.Create(sequence) : JsonValue.Create(typed)!;
}
