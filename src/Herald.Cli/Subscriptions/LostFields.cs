using System.Text.Json;
using System.Text.Json.Nodes;
using Herald.Hosting.Subscriptions;

namespace Herald.Cli.Subscriptions;

/// <summary>
/// The fields of a subscription that somebody has set and that a new definition, which does not name them, would set to their defaults.
/// Their names and values can be foreign text.
/// </summary>
internal static class LostFields
{
    private const string Nothing = "none";

    private static readonly string[] WithValues = ["retry", "limits"], WithNames = ["labels", "filter"];

    public static IReadOnlyList<(string Field, string Now, string New)> Find(JsonElement present, JsonObject definition)
    {
        var now = JsonObject.Create(present)!;
        // Herald refuses what cannot be completed, so nothing is lost.
        if (SubscriptionDefaults.Complete(definition) is not { } next)
            return [];
        var usual = SubscriptionDefaults.Complete([])!;
        var lost = new List<(string, string, string)>();
        if (now["description"] is { } text && !definition.ContainsKey("description"))
            lost.Add(("description", Show(text), Nothing));
        if (now["reports"] is JsonObject reports && !definition.ContainsKey("reports"))
            lost.Add(("reports.topic", Show(reports["topic"]), Nothing));
        foreach (var (name, value) in (now["endpoint"] as JsonObject)?["settings"] as JsonObject ?? [])
        {
            if (!Names((definition["endpoint"] as JsonObject)?["settings"], name) && !IsReset(definition["endpoint"], "settings"))
                lost.Add(($"endpoint setting {name}", Show(value), Nothing));
        }
        foreach (var group in WithNames)
        {
            foreach (var (name, value) in now[group] as JsonObject ?? [])
            {
                if (!Names(definition[group], name) && !IsReset(definition, group))
                    lost.Add(($"{(group == "labels" ? "label" : group)} {name}", Show(value), Nothing));
            }
        }
        foreach (var group in WithValues)
        {
            foreach (var (name, value) in now[group] as JsonObject ?? [])
            {
                var (old, changed) = (Show(value), Show(next[group]![name]));
                if (old != changed && old != Show(usual[group]![name]) && !Names(definition[group], name) && !IsReset(definition, group))
                    lost.Add(($"{group}.{name}", old, changed));
            }
        }
        return lost;
    }

    private static bool Names(JsonNode? group, string name) => group is JsonObject fields && fields.ContainsKey(name);

    /// <summary>The definition itself says that the default is wanted.</summary>
    private static bool IsReset(JsonNode? definition, string group) =>
        definition is JsonObject fields && fields.TryGetPropertyValue(group, out var value) && value is null;

    private static string Show(JsonNode? value) => value switch
    {
        null => Nothing,
        JsonArray list => list.Count == 0 ? Nothing : string.Join(',', list.Select(Show)),
        JsonValue text when text.GetValueKind() == JsonValueKind.String => text.GetValue<string>(),
        _ => value.ToJsonString(),
    };
}
