using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;
using Herald.Push.Keys;

namespace Herald.Push.WebPush;

/// <summary>Reads the JSON of a browser's subscription. Unknown members are allowed, because browsers add some.</summary>
internal static class BrowserSubscriptionReader
{
    private const int MostCharacters = 4096, PointBytes = 65, SecretBytes = 16;

    private const string Example = """{"endpoint": "https://…", "keys": {"p256dh": "…", "auth": "…"}}""";

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 8 };

    /// <summary>What is wrong with a text, as a sentence; null when it is the subscription of a browser.</summary>
    public static string? Refuse(string text) => TryRead(text, out _, out var problem) ? null : problem;

    /// <param name="problem">What is wrong, as a sentence.</param>
    public static bool TryRead(string text, [NotNullWhen(true)] out BrowserSubscription? browser, [NotNullWhen(false)] out string? problem)
    {
        browser = null;
        if (text.Length > MostCharacters)
        {
            problem = $"It has {text.Length} characters; a browser's subscription has at most {MostCharacters}.";
            return false;
        }
        try
        {
            using var document = JsonDocument.Parse(text, Options);
            (browser, problem) = Read(document.RootElement);
        }
        catch (JsonException)
        {
            problem = $"It is no JSON. Expected the browser's subscription, {Example}.";
        }
        // A text with half a surrogate pair is no text.
        catch (Exception failure) when (failure is InvalidOperationException or ArgumentException)
        {
            problem = "It has half of a UTF-16 pair.";
        }
        if (browser is not null)
            return true;
        problem ??= "It is no subscription of a browser.";
        return false;
    }

    private static (BrowserSubscription? Browser, string? Problem) Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
            return (null, $"It is no JSON object. Expected the browser's subscription, {Example}.");
        if (TextOf(root, "endpoint") is not { } endpoint)
            return (null, "endpoint is missing or no text. It must be the https:// address from the browser.");
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var address) || !ServiceUrl.IsSafe(address))
            return (null, "endpoint is not an https:// address without credentials.");
        if (!root.TryGetProperty("keys", out var keys) || keys.ValueKind != JsonValueKind.Object)
            return (null, "keys is missing or no object. It must have p256dh and auth.");
        if (Decode(keys, "p256dh", PointBytes) is not [4, ..] point)
            return (null, "keys.p256dh must be an uncompressed point of P-256: 65 bytes in base64url.");
        if (Decode(keys, "auth", SecretBytes) is not { } secret)
            return (null, "keys.auth must be 16 bytes in base64url.");
        if (ExpiryOf(root) is not { } expiry)
            return (null, "expirationTime must be null or a time in milliseconds since 1970.");
        return ReadKey(point) is { } key
            ? (new(address, key, secret, expiry.At), null)
            : (null, "keys.p256dh is not a point of the curve P-256.");
    }

    private static string? TextOf(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static byte[]? Decode(JsonElement parent, string name, int length)
    {
        if (TextOf(parent, name) is not { } text)
            return null;
        // Some libraries write the ordinary alphabet of base64.
        return Base64UrlText.Decode(text.Replace('+', '-').Replace('/', '_'), length);
    }

    private static (DateTimeOffset? At, bool IsValid)? ExpiryOf(JsonElement root)
    {
        if (!root.TryGetProperty("expirationTime", out var value) || value.ValueKind == JsonValueKind.Null)
            return (null, true);
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var ms) && ms is >= 0 and < 1e14
            ? (DateTimeOffset.FromUnixTimeMilliseconds((long)ms), true)
            : null;
    }

    private static ECParameters? ReadKey(byte[] point)
    {
        var parameters = new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = point[1..33], Y = point[33..] },
        };
        try
        {
            using var key = ECDiffieHellman.Create(parameters);
            return parameters;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
