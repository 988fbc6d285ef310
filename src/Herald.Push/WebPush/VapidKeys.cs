using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Herald.Push.Keys;

namespace Herald.Push.WebPush;

/// <summary>
/// The key pair by which push services and browsers know a sender (RFC 8292). A browser gets the public key when it subscribes, and its
/// push service then takes messages only of this sender.
/// </summary>
internal sealed class VapidKeys : IDisposable
{
    private const int PrivateBytes = 32;

    private VapidKeys(ECDsa key)
    {
        Key = key;
        PublicText = Base64Url.EncodeToString(EcKeys.PublicPoint(key.ExportParameters(false)));
    }

    public ECDsa Key { get; }

    /// <summary>The <c>applicationServerKey</c> for <c>pushManager.subscribe</c>.</summary>
    public string PublicText { get; }

    public string PrivateText => Base64Url.EncodeToString(Key.ExportParameters(true).D!);

    public static VapidKeys Draw() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>Reads what <c>herald push keys</c> prints, or a private key in PEM.</summary>
    /// <exception cref="InvalidDataException">It is neither.</exception>
    public static VapidKeys Read(byte[] content)
    {
        if (content.AsSpan().IndexOf("-----BEGIN"u8) >= 0)
            return new(EcKeys.FromPem(content));
        string? publicText, privateText;
        try
        {
            using var document = JsonDocument.Parse(content);
            (publicText, privateText) = (TextOf(document.RootElement, "publicKey"), TextOf(document.RootElement, "privateKey"));
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException(
                "It must contain what 'herald push keys' prints, {\"publicKey\": …, \"privateKey\": …}, or a private key in PEM.", failure);
        }
        var keys = FromPrivate(privateText);
        if (publicText is null || publicText.TrimEnd('=') == keys.PublicText)
            return keys;
        keys.Dispose();
        throw new InvalidDataException("publicKey does not belong to privateKey: take both from one run of 'herald push keys'.");
    }

    public void Dispose() => Key.Dispose();

    private static VapidKeys FromPrivate(string? text)
    {
        const string Rule = "privateKey must be a number of P-256: 32 bytes in base64url.";
        if (text is null || Base64UrlText.Decode(text, PrivateBytes) is not { } scalar)
            throw new InvalidDataException(Rule);
        try
        {
            return new(ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = scalar }));
        }
        catch (CryptographicException failure)
        {
            throw new InvalidDataException(Rule, failure);
        }
    }

    private static string? TextOf(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
