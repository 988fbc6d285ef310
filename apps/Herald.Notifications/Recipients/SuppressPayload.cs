using System.Buffers;
using System.Text.Json;
using Herald.Hosting.Wire;
using Herald.Messages;
using Herald.Notifications.Doors;
using Herald.Notifications.Posts;

namespace Herald.Notifications.Recipients;

/// <summary>The payload of <c>suppress</c> and <c>allow</c> events.</summary>
internal static class SuppressPayload
{
    /// <param name="reason">Null for <c>allow</c>.</param>
    /// <param name="by">The caller, or what has found out.</param>
    /// <param name="destination">Of a person, whose address is meant; null for the recipient itself.</param>
    public static byte[] Of(SuppressionReason? reason, string by, long atMs, Destination? destination = null)
    {
        var into = new ArrayBufferWriter<byte>(128);
        using (var json = new Utf8JsonWriter(into))
        {
            json.WriteStartObject();
            if (reason is { } why)
                json.WriteString("reason"u8, SuppressionText.Of(why));
            json.WriteString("by"u8, by);
            json.WriteString("at"u8, TimeText.OfUnixMs(atMs));
            if (destination is { } one)
                json.WriteString("destination"u8, PostNames.CanonicalOf(one));
            json.WriteEndObject();
        }
        return into.WrittenSpan.ToArray();
    }
}
