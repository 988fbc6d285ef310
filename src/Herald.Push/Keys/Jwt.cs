using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Herald.Push.Keys;

/// <summary>Writes signed tokens (RFC 7515, 7519).</summary>
internal static class Jwt
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string WithEs256(ECDsa key, string? keyId, Action<Utf8JsonWriter> claims) => Write(
        "ES256", keyId, claims,
        content => key.SignData(content, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));

    public static string WithRs256(RSA key, string? keyId, Action<Utf8JsonWriter> claims) =>
        Write("RS256", keyId, claims, content => key.SignData(content, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

    private static string Write(string algorithm, string? keyId, Action<Utf8JsonWriter> claims, Func<byte[], byte[]> sign)
    {
        var header = Encode(json =>
        {
            json.WriteString("typ", "JWT");
            json.WriteString("alg", algorithm);
            if (keyId is not null)
                json.WriteString("kid", keyId);
        });
        var content = $"{header}.{Encode(claims)}";
        return $"{content}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(content)))}";
    }

    private static string Encode(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }
        return Base64Url.EncodeToString(buffer.WrittenSpan);
    }
}
