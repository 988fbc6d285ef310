using System.Security.Cryptography;
using System.Text;
using Herald.Engine.Subscriptions;

namespace Herald.Webhooks;

/// <summary>
/// The value of <c>webhook-signature</c> as in Standard Webhooks: HMAC-SHA256 over <c>id.timestamp.body</c>, once per valid secret. The
/// payload is hashed without a copy.
/// </summary>
internal static class WebhookSignature
{
    private const string Version = "v1,";
    private const int Length = 3 + 44;
    private const int MaxPrefixOnStack = 256;

    /// <summary>
    /// The last secret with which this thread has signed. Preparing a hash costs as much as signing a small event. One per thread is
    /// enough, because events of one subscription often follow each other.
    /// </summary>
    [ThreadStatic]
    private static PreparedHash? _prepared;

    /// <returns>Null when there is no secret to sign with.</returns>
    public static string? Of(Secrets secrets, string messageId, string timestamp, ReadOnlySpan<byte> payload, DateTimeOffset now)
    {
        if (secrets.Current.IsEmpty)
            return null;

        var prefixLength = messageId.Length + timestamp.Length + 2;
        var prefix = (prefixLength <= MaxPrefixOnStack ? stackalloc byte[MaxPrefixOnStack] : new byte[prefixLength])[..prefixLength];
        WritePrefix(prefix, messageId, timestamp);

        Span<char> text = stackalloc char[Length + 1 + Length];
        Write(text, Prepare(secrets.Current.Span), prefix, payload);
        if (secrets.Previous.IsEmpty || !(now < secrets.PreviousUntil))
            return new string(text[..Length]);

        text[Length] = ' ';
        using var previous = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secrets.Previous.Span);
        Write(text[(Length + 1)..], previous, prefix, payload);
        return new string(text);
    }

    private static void WritePrefix(Span<byte> into, string messageId, string timestamp)
    {
        var at = Encoding.ASCII.GetBytes(messageId, into);
        into[at++] = (byte)'.';
        at += Encoding.ASCII.GetBytes(timestamp, into[at..]);
        into[at] = (byte)'.';
    }

    private static void Write(Span<char> into, IncrementalHash hash, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> payload)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        hash.AppendData(prefix);
        hash.AppendData(payload);
        hash.GetHashAndReset(mac);
        Version.CopyTo(into);
        Convert.TryToBase64Chars(mac, into[Version.Length..], out _);
    }

    private static IncrementalHash Prepare(ReadOnlySpan<byte> secret)
    {
        if (_prepared is { } prepared && CryptographicOperations.FixedTimeEquals(prepared.Secret, secret))
            return prepared.Hash;
        _prepared?.Hash.Dispose();
        _prepared = new PreparedHash(secret.ToArray(), IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret));
        return _prepared.Hash;
    }

    private sealed record PreparedHash(byte[] Secret, IncrementalHash Hash);
}
