using System.Text.Json;
using Herald.Client;
using Herald.Hosting.Commands;

namespace Herald.Cli.Tail;

/// <summary>Formats one event as a line: time, place, key, type, id and payload.</summary>
internal static class TailedLine
{
    private const int LongestPayload = 200;

    public static string ForPeople(string json)
    {
        if (JsonText.TryParse(json) is not { } tailed)
            return ForeignText.Verbatim(json);
        var payload = PayloadOf(tailed) ?? ForeignText.Find(tailed, "payloadBase64") ?? "";
        if (payload.Length > LongestPayload)
            payload = payload[..LongestPayload] + "…";
        return $"{Field("acceptedAt") ?? Field("time")}  {Field("shard")}/{Field("sequence")}  {Field("key") ?? "-"}  "
            + $"{Field("type") ?? "-"}  {Field("id")}  {payload}";

        string? Field(string name) => ForeignText.Find(tailed, name);
    }

    /// <summary>As it was received: it belongs to the publisher.</summary>
    private static string? PayloadOf(JsonElement tailed) =>
        tailed.ValueKind == JsonValueKind.Object && tailed.TryGetProperty("payload", out var payload)
            ? ForeignText.Verbatim(payload.GetRawText())
            : null;
}
