using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Herald.Lab.Receivers;

/// <summary>
/// Verifies a webhook as the Standard Webhooks specification requires. It is written from the specification and not from Herald's signer,
/// so that one can judge the other.
/// </summary>
internal sealed class SignatureCheck(string secret, TimeProvider time)
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);
    private const string Prefix = "whsec_";
    private const string Version = "v1,";
    private readonly byte[] _key = Convert.FromBase64String(secret[Prefix.Length..]);

    public static bool IsSecret(string text) =>
        text.StartsWith(Prefix, StringComparison.Ordinal)
            && Convert.TryFromBase64String(text[Prefix.Length..], new byte[text.Length], out _);

    /// <summary>Null when the signature is valid, otherwise a description of the problem.</summary>
    public string? Refuse(string? id, string? timestamp, string? signatures, ReadOnlySpan<byte> body)
    {
        if (id is null || timestamp is null || signatures is null)
            return "a webhook-* header is missing";
        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            return "webhook-timestamp is not a number";
        if ((time.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(seconds)).Duration() > Tolerance)
            return "webhook-timestamp is too old or too new";

        Span<byte> expected = stackalloc byte[SHA256.HashSizeInBytes];
        Hash(id, timestamp, body, expected);
        Span<byte> given = stackalloc byte[SHA256.HashSizeInBytes];
        foreach (var range in signatures.AsSpan().Split(' '))
        {
            var signature = signatures.AsSpan()[range];
            if (signature.StartsWith(Version, StringComparison.Ordinal)
                && Convert.TryFromBase64Chars(signature[Version.Length..], given, out var length)
                && length == expected.Length && CryptographicOperations.FixedTimeEquals(given, expected))
                return null;
        }
        return "no signature matches";
    }

    /// <summary>The value of <c>webhook-signature</c> that a correct sender writes.</summary>
    public string Sign(string id, string timestamp, ReadOnlySpan<byte> body)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Hash(id, timestamp, body, hash);
        return Version + Convert.ToBase64String(hash);
    }

    private void Hash(string id, string timestamp, ReadOnlySpan<byte> body, Span<byte> into)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        hash.AppendData(Encoding.UTF8.GetBytes($"{id}.{timestamp}."));
        hash.AppendData(body);
        hash.GetHashAndReset(into);
    }
}
