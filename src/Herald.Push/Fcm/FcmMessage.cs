using System.Globalization;
using System.Text;
using System.Text.Json;
using Herald.Messages;
using Herald.Push.Apns;
using Herald.Push.WebPush;

namespace Herald.Push.Fcm;

/// <summary>The body of <c>projects.messages.send</c> of the HTTP v1 API.</summary>
internal static class FcmMessage
{
    /// <summary>Of notification and data together.</summary>
    public const int MostContentBytes = 4096;

    /// <summary>Names that FCM keeps for itself: it refuses messages that use them.</summary>
    private static readonly string[] ReservedNames = ["from", "message_type"], ReservedBeginnings = ["google.", "gcm."];

    /// <summary>Why the service would refuse the message, in one line; null when nothing is known against it.</summary>
    public static string? Refuse(Message message)
    {
        foreach (var name in message.Data.Keys)
        {
            if (ReservedNames.Contains(name) || ReservedBeginnings.Any(beginning => name.StartsWith(beginning, StringComparison.Ordinal)))
                return $"data.{name}: FCM reserves this name (from, message_type, google.…, gcm.…); choose another one";
        }
        return null;
    }

    public static int ContentBytes(Message message) =>
        Bytes(message.Subject ?? "") + Bytes(message.Text) + DataOf(message).Sum(entry => Bytes(entry.Key) + Bytes(entry.Value));

    public static byte[] Write(string token, Message message, DateTimeOffset now, TimeSpan lifetime)
    {
        var seconds = ((long)lifetime.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        var uuid = PushContent.UuidOf(message);
        var id = uuid.ToString("D");
        return PushContent.Write(json =>
        {
            json.WriteStartObject("message");
            json.WriteString("token", token);
            json.WriteStartObject("notification");
            if (message.Subject is not null)
                json.WriteString("title", message.Subject);
            json.WriteString("body", message.Text);
            json.WriteEndObject();
            json.WriteStartObject("data");
            foreach (var (name, value) in DataOf(message))
                json.WriteString(name, value);
            json.WriteEndObject();

            json.WriteStartObject("android");
            json.WriteString("priority", message.Priority == MessagePriority.High ? "HIGH" : "NORMAL");
            json.WriteString("ttl", $"{seconds}s");
            // A repeat replaces what the device shows with the same tag.
            json.WriteStartObject("notification");
            json.WriteString("tag", id);
            json.WriteEndObject();
            json.WriteEndObject();

            Headers(json, "apns", [
                ("apns-collapse-id", id),
                ("apns-expiration", ApnsMessage.ExpirationOf(now, lifetime)),
                ("apns-priority", message.Priority == MessagePriority.Low ? "5" : "10"),
            ]);
            Headers(json, "webpush", [
                ("TTL", seconds),
                ("Topic", uuid.ToString("N")),
                ("Urgency", WebPushProvider.UrgencyOf(message.Priority)),
            ]);
            json.WriteEndObject();
        });
    }

    /// <summary>The application on the device recognizes a repeat by the id.</summary>
    private static IEnumerable<KeyValuePair<string, string>> DataOf(Message message) =>
        message.Data.ContainsKey("uuid") ? message.Data : message.Data.Append(new("uuid", message.Id));

    private static void Headers(Utf8JsonWriter json, string platform, (string Name, string Value)[] headers)
    {
        json.WriteStartObject(platform);
        json.WriteStartObject("headers");
        foreach (var (name, value) in headers)
            json.WriteString(name, value);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static int Bytes(string text) => Encoding.UTF8.GetByteCount(text);
}
