using System.Text.Json;
using Herald.Engine.Basics;
using Herald.Hosting.Wire;
using Herald.Messages;
using Herald.Messages.Reading;

namespace Herald.Notifications.Posts;

/// <summary>
/// Reads the canonical form of a post, as <see cref="PostWriter"/> wrote it. It was checked when it came, and settings can have changed
/// since, so nothing is compared with them here.
/// </summary>
internal static class StoredPost
{
    /// <exception cref="InvalidDataException">It is no canonical post; the message says why.</exception>
    public static Post Read(ReadOnlyMemory<byte> payload)
    {
        try
        {
            using var json = JsonDocument.Parse(payload);
            return Read(json.RootElement);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"payload: It is no notification in the form that Herald writes ({failure.Message}).", failure);
        }
    }

    private static Post Read(JsonElement fields) => new()
    {
        Uuid = PostUuid.TryParse(Text(fields, "uuid"u8) ?? "", out var uuid) ? uuid : throw Missing("uuid"),
        Destination = PostNames.DestinationOf(Text(fields, "destination"u8) ?? "") ?? throw Missing("destination"),
        To = Text(fields, "to"u8),
        Text = Text(fields, "txt"u8),
        Subject = Text(fields, "subject"u8),
        Html = Text(fields, "html"u8),
        Data = Map(fields, "data"u8),
        Template = Text(fields, "template"u8),
        Params = Map(fields, "params"u8),
        NotBeforeMs = Time(fields, "notBefore"u8),
        ExpiresMs = Time(fields, "expires"u8),
        Priority = Text(fields, "priority"u8) is { } priority ? FieldRules.Priority(priority) ?? throw Missing("priority") : MessagePriority.Normal,
        Category = Text(fields, "category"u8),
        Unsubscribe = Text(fields, "unsubscribe"u8),
    };

    private static string? Text(JsonElement fields, ReadOnlySpan<byte> name) =>
        fields.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static TextMap Map(JsonElement fields, ReadOnlySpan<byte> name) => fields.TryGetProperty(name, out var map)
        ? TextMap.Of(map.EnumerateObject().Select(one => KeyValuePair.Create(one.Name, one.Value.GetString()!)))
        : TextMap.Empty;

    private static long? Time(JsonElement fields, ReadOnlySpan<byte> name) =>
        Text(fields, name) is not { } text ? null
        : TimeText.TryParse(text, out var time) ? time.ToUnixTimeMilliseconds()
        : throw new InvalidDataException($"payload: '{text}' is no time.");

    private static InvalidDataException Missing(string field) => new($"payload/{field}: It is missing, or has no value that Herald writes.");
}
