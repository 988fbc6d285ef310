using System.Text.Json;
using Herald.Engine.Events;
using Herald.Hosting.Wire;
using Herald.Notifications.Posts;
using Herald.Notifications.Statuses;

namespace Herald.Notifications.Doors;

/// <summary>The row that the application will make of a post that it has not read yet.</summary>
internal static class AcceptedPost
{
    /// <param name="post">An event whose payload is the canonical form of a post.</param>
    /// <param name="isExternal">Whether the settings give a destination to another program.</param>
    public static Row ToRow(Guid uuid, in EventView post, Func<Messages.Destination, bool> isExternal)
    {
        var payload = post.Payload;
        using var json = JsonDocument.Parse(payload);
        var fields = json.RootElement;
        var destination = PostNames.DestinationOf(TextOf(fields, "destination"u8) ?? "")
            ?? throw new InvalidDataException($"The event of notification {uuid:D} has no destination.");
        return new Row
        {
            Uuid = uuid,
            Content = ContentHash.Of(payload.Span).Value,
            Destination = destination,
            IsExternal = isExternal(destination),
            Recipient = TextOf(fields, "to"u8),
            AcceptedAtMs = post.AcceptedAtMs,
            NotBeforeMs = TimeOf(fields, "notBefore"u8),
            ExpiresMs = TimeOf(fields, "expires"u8),
        }.Fit();
    }

    private static string? TextOf(JsonElement fields, ReadOnlySpan<byte> name) =>
        fields.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static long? TimeOf(JsonElement fields, ReadOnlySpan<byte> name) =>
        TextOf(fields, name) is { } text && TimeText.TryParse(text, out var time) ? time.ToUnixTimeMilliseconds() : null;
}
