using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Herald.Messages;

namespace Herald.Push;

/// <summary>What the requests of all push services share.</summary>
internal static class PushContent
{
    /// <summary>Characters outside of ASCII are not escaped: services count bytes, and 4,096 of them are the limit.</summary>
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Compact))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Writes <c>data</c>, if the message has any.</summary>
    public static void WriteData(this Utf8JsonWriter json, Message message)
    {
        if (message.Data.Count == 0)
            return;
        json.WriteStartObject("data");
        foreach (var (name, value) in message.Data)
            json.WriteString(name, value);
        json.WriteEndObject();
    }

    /// <summary>The id as a UUID, because services demand one: itself, or a hash of it (RFC 9562, version 8).</summary>
    public static Guid UuidOf(Message message) => Guid.TryParseExact(message.Id, "D", out var id) ? id : HashOf(message.Id);

    /// <summary>How long a service keeps the message for a device that is not reachable, in whole seconds.</summary>
    public static TimeSpan LifetimeOf(Message message, DateTimeOffset now, TimeSpan longest)
    {
        if (message.Expires is not { } expires)
            return longest;
        var left = TimeSpan.FromSeconds(Math.Max(0, Math.Floor((expires - now).TotalSeconds)));
        return left < longest ? left : longest;
    }

    private static Guid HashOf(string text)
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16);
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
