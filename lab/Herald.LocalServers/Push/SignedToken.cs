using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Herald.LocalServers.Push;

/// <summary>Reads and checks signed tokens (RFC 7515, 7518, 7519), as the receiving side of push services does.</summary>
public sealed class SignedToken
{
    private readonly byte[] _signed;
    private readonly byte[] _signature;

    private SignedToken(JsonObject header, JsonObject claims, byte[] signed, byte[] signature) =>
        (Header, Claims, _signed, _signature) = (header, claims, signed, signature);

    public JsonObject Header { get; }

    public JsonObject Claims { get; }

    /// <returns>Null for a text that is no token.</returns>
    public static SignedToken? Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Split('.') is not [var header, var claims, var signature])
            return null;
        try
        {
            return JsonNode.Parse(Base64Url.DecodeFromChars(header)) is JsonObject head
                && JsonNode.Parse(Base64Url.DecodeFromChars(claims)) is JsonObject body
                ? new(head, body, Encoding.ASCII.GetBytes($"{header}.{claims}"), Base64Url.DecodeFromChars(signature))
                : null;
        }
        catch (Exception failure) when (failure is FormatException or System.Text.Json.JsonException)
        {
            return null;
        }
    }

    public bool IsSignedBy(ECDsa key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return (string?)Header["alg"] == "ES256"
            && key.VerifyData(_signed, _signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    public bool IsSignedBy(RSA key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return (string?)Header["alg"] == "RS256"
            && key.VerifyData(_signed, _signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    /// <summary>A time claim; null when it is missing.</summary>
    public DateTimeOffset? Time(string claim) =>
        Claims[claim] is JsonValue value && value.TryGetValue<long>(out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
}
