using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Herald.Engine.Subscriptions;

namespace Herald.Channels.Webhooks;

/// <summary>
/// The value of <c>webhook-signature</c> as Standard Webhooks defines it: HMAC-SHA256 over <c>id.timestamp.body</c>, one for each
/// valid secret.
/// </summary>
internal static class WebhookSignature
{
    private const string Version = "v1,";
    private const int Length = 3 + 44;

    /// <summary>Up to here one call over a copy is cheaper than an incremental hash; past it the payload is not copied.</summary>
    private const int CopyLimit = 16 * 1024;

    /// <returns>Null when there is no secret to sign with.</returns>
    public static string? Of(Secrets secrets, string messageId, string timestamp, ReadOnlySpan<byte> payload, DateTimeOffset now)
    {
        if (secrets.Current.IsEmpty)
            return null;
        var both = !secrets.Previous.IsEmpty && now < secrets.PreviousUntil;

        var prefixLength = messageId.Length + timestamp.Length + 2;
        var signedLength = prefixLength + (payload.Length <= CopyLimit ? payload.Length : 0);
        byte[]? rented = null;
        var signed = signedLength <= 1024 ? stackalloc byte[1024] : (rented = ArrayPool<byte>.Shared.Rent(signedLength));
        signed = signed[..signedLength];
        WritePrefix(signed, messageId, timestamp);
        if (payload.Length <= CopyLimit)
        {
            payload.CopyTo(signed[prefixLength..]);
            payload = default;
        }

        Span<char> text = stackalloc char[Length + 1 + Length];
        Write(text, secrets.Current.Span, signed, payload);
        if (both)
        {
            text[Length] = ' ';
            Write(text[(Length + 1)..], secrets.Previous.Span, signed, payload);
        }
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        return new string(both ? text : text[..Length]);
    }

    private static void WritePrefix(Span<byte> into, string messageId, string timestamp)
    {
        var at = Encoding.ASCII.GetBytes(messageId, into);
        into[at++] = (byte)'.';
        at += Encoding.ASCII.GetBytes(timestamp, into[at..]);
        into[at] = (byte)'.';
    }

    private static void Write(Span<char> into, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> first, ReadOnlySpan<byte> rest)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        if (rest.IsEmpty)
        {
            HMACSHA256.HashData(secret, first, mac);
        }
        else
        {
            using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret);
            hash.AppendData(first);
            hash.AppendData(rest);
            hash.GetHashAndReset(mac);
        }

        Version.CopyTo(into);
        Convert.TryToBase64Chars(mac, into[Version.Length..], out _);
    }
}
