using System.Text.Json;
using Herald.Client;

namespace Herald.Cli.Tail;

/// <summary>Formats one event as a line: time, place, key, type, id and payload.</summary>
internal static class TailedLine
{
    private const int LongestPayload = 200;

    public static string ForPeople(string json)
    {
        if (JsonText.TryParse(json) is not { } tailed)
            return json;
        var payload = PayloadOf(tailed) ?? JsonText.Find(tailed, "payloadBase64") ?? "";
        if (payload.Length > LongestPayload)
            payload = payload[..LongestPayload] + "…";
        return $"{JsonText.Find(tailed, "acceptedAt") ?? JsonText.Find(tailed, "time")}  {JsonText.Find(tailed, "shard")}/{JsonText.Find(tailed, "sequence")}"
            + $"  {JsonText.Find(tailed, "key") ?? "-"}  {JsonText.Find(tailed, "type") ?? "-"}  {JsonText.Find(tailed, "id")}  {payload}";
    }

    /// <summary>As it was received: it belongs to the publisher.</summary>
    private static string? PayloadOf(JsonElement tailed) =>
        tailed.ValueKind == JsonValueKind.Object && tailed.TryGetProperty("payload", out var payload) ? payload.GetRawText() : null;
}
