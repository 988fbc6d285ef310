using System.Security.Cryptography;
using System.Text;
using Herald.Messages;

namespace Herald.Posts.Requests;

/// <summary>The key by which a service recognizes a repeat.</summary>
/// <remarks>
/// A publisher can send one <c>uuid</c> to several recipients, by several subscriptions. A service that gets the same key for each would
/// drop all but the first one, and answer as if it had sent them.
/// </remarks>
internal static class RepeatKey
{
    /// <param name="deliveryId">The id of the delivery, which is that of a message without a <c>uuid</c> and differs already.</param>
    public static string? Of(Message message, string deliveryId, string provider) => message.Id == deliveryId
        ? null : HashOf($"{message.Id}\n{provider}\n{message.To}");

    /// <summary>A UUID (RFC 9562, version 8), because some services demand one.</summary>
    private static string HashOf(string text)
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16);
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString("D");
    }
}
