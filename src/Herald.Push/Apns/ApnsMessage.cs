using System.Globalization;
using Herald.Messages;

namespace Herald.Push.Apns;

/// <summary>The body of a request to APNs.</summary>
internal static class ApnsMessage
{
    public const int MostBytes = 4096;

    /// <summary>The value of <c>apns-expiration</c>: when Apple stops to try, or 0 for one try.</summary>
    public static string ExpirationOf(DateTimeOffset now, TimeSpan lifetime) => lifetime > TimeSpan.Zero
        ? (now + lifetime).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture) : "0";

    public static byte[] Write(Message message) => PushContent.Write(json =>
    {
        json.WriteStartObject("aps");
        json.WriteStartObject("alert");
        if (message.Subject is not null)
            json.WriteString("title", message.Subject);
        json.WriteString("body", message.Text);
        json.WriteEndObject();
        // Devices show messages of one category together.
        if (message.Category is not null)
            json.WriteString("thread-id", message.Category);
        json.WriteEndObject();
        json.WriteString("uuid", message.Id);
        json.WriteData(message);
    });
}
