using System.Buffers;
using System.Globalization;
using System.Text;
using Herald.Engine.Basics;
using Herald.Hosting.Wire;
using Herald.Messages;

namespace Herald.Notifications.Posts;

/// <summary>
/// Writes the canonical form of a post: fixed order of fields, destination in lower case, times in UTC with milliseconds, and no field
/// without a value. It is the payload of the event, and what <see cref="ContentHash"/> is taken of.
/// </summary>
internal static class PostWriter
{
    private const int UuidLength = 36;

    public static void Write(Post post, ArrayBufferWriter<byte> into) => Write(post, PostNames.CanonicalOf(post.Destination), null, into);

    /// <summary>Writes a post for a topic of Kafka, where the destination has its public name.</summary>
    /// <param name="receivedMs">When the server received the post, in Unix milliseconds; null to leave it out.</param>
    public static void WriteForKafka(Post post, long? receivedMs, ArrayBufferWriter<byte> into) =>
        Write(post, PostNames.Of(post.Destination), receivedMs, into);

    private static void Write(Post post, string destination, long? receivedMs, ArrayBufferWriter<byte> into)
    {
        var json = new CanonicalJson(into);
        json.Write("{\"uuid\":\""u8);
        _ = post.Uuid.TryFormat(into.GetSpan(UuidLength), out var length, "D");
        into.Advance(length);
        json.Write("\""u8);
        WriteText(json, ",\"destination\":"u8, destination);
        WriteText(json, ",\"to\":"u8, post.To);
        WriteText(json, ",\"subject\":"u8, post.Subject);
        WriteText(json, ",\"txt\":"u8, post.Text);
        WriteText(json, ",\"html\":"u8, post.Html);
        WriteText(json, ",\"template\":"u8, post.Template);
        WriteMap(json, ",\"params\":{"u8, post.Params);
        WriteMap(json, ",\"data\":{"u8, post.Data);
        WriteText(json, ",\"category\":"u8, post.Category);
        WriteText(json, ",\"priority\":"u8, post.Priority == MessagePriority.Normal ? null : PostNames.Of(post.Priority));
        WriteText(json, ",\"notBefore\":"u8, post.NotBeforeMs is { } begin ? TimeText.OfUnixMs(begin) : null);
        WriteText(json, ",\"expires\":"u8, post.ExpiresMs is { } end ? TimeText.OfUnixMs(end) : null);
        WriteText(json, ",\"unsubscribe\":"u8, post.Unsubscribe);
        if (receivedMs is { } received)
        {
            json.Write(",\"server_received_timestamp\":"u8);
            Encoding.UTF8.GetBytes(received.ToString(CultureInfo.InvariantCulture), into);
        }
        json.Write("}"u8);
    }

    private static void WriteText(CanonicalJson json, ReadOnlySpan<byte> name, string? value)
    {
        if (value is null)
            return;
        json.Write(name);
        json.WriteText(value);
    }

    private static void WriteMap(CanonicalJson json, ReadOnlySpan<byte> name, TextMap map)
    {
        if (map.Count == 0)
            return;
        json.Write(name);
        var isFirst = true;
        foreach (var (key, value) in map)
        {
            if (!isFirst)
                json.Write(","u8);
            isFirst = false;
            json.WriteText(key);
            json.Write(":"u8);
            json.WriteText(value);
        }
        json.Write("}"u8);
    }
}
