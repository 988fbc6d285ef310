using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Herald.LocalServers.Push;

/// <summary>
/// A push service for browsers, from RFC 8030 (request, TTL, urgency, topic, answers), RFC 8291 (encryption) and RFC 8292 (section 4.2: 401
/// without a valid token, 403 with the key of another sender). The bodies are those of Mozilla's service (Autopush, "Error Codes").
/// </summary>
public sealed class FakeWebPush(TimeProvider time) : FakePushService(time, HttpProtocols.Http1AndHttp2)
{
    private const int MostBodyBytes = 4096, LongestTtl = 2_592_000;

    private readonly ConcurrentDictionary<string, FakeBrowser> _browsers = new(StringComparer.Ordinal);

    public FakeBrowser Subscribe(string applicationServerKey)
    {
        var path = "/push/" + Convert.ToHexString(RandomNumberGenerator.GetBytes(12));
        return _browsers[path] = new(new(Address, path), applicationServerKey);
    }

    /// <summary>The browser ends its subscription.</summary>
    public void Unsubscribe(FakeBrowser browser)
    {
        ArgumentNullException.ThrowIfNull(browser);
        _browsers.TryRemove(browser.Endpoint.AbsolutePath, out _);
    }

    protected override PushAnswer Judge(PushCall call)
    {
        ArgumentNullException.ThrowIfNull(call);
        if (call.Method != "POST")
            return new(405);
        if (!_browsers.TryGetValue(call.Path, out var browser))
            return Error(404, 102, "Invalid URL endpoint");
        if (WhyNot(call) is { } wrong)
            return Error(400, wrong.Number, wrong.Reason);
        if (call.Body.Length > MostBodyBytes)
            return Error(413, 104, "Data payload too large");
        if (IdentityOf(call) is not { } key)
            return ExpiredToken;
        if (key != browser.ApplicationServerKey)
            return Error(403, 109, "VAPID public key mismatch");
        Accept(new(call.Path, Encoding.UTF8.GetString(browser.Decrypt(call.Body)), call));
        return new(201) { Headers = [KeyValuePair.Create("location", new Uri(Address, "/message/1").AbsoluteUri)] };
    }

    protected override PushAnswer Throttled => Error(429, 201, "Too many requests");

    protected override PushAnswer Gone => Error(410, 106, "Invalid subscription");

    protected override PushAnswer ExpiredToken => Error(401, 109, "Invalid authentication");

    protected override PushAnswer Broken => Error(500, 999, "Unknown error");

    protected override PushAnswer Unavailable => Error(503, 201, "Use exponential back-off for retries");

    protected override void DisposeKeys()
    {
        foreach (var browser in _browsers.Values)
            browser.Dispose();
    }

    private static PushAnswer Error(int status, int number, string message) => new(
        status, new JsonObject { ["code"] = status, ["errno"] = number, ["message"] = message }.ToJsonString());

    private static (int Number, string Reason)? WhyNot(PushCall call)
    {
        if (call.Header("ttl") is not { } ttl)
            return (111, "Missing TTL header");
        if (!long.TryParse(ttl, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds > LongestTtl)
            return (112, "Invalid TTL header value");
        if (call.Header("content-encoding") != "aes128gcm")
            return (110, "Unknown content encoding");
        if (call.Header("urgency") is not (null or "very-low" or "low" or "normal" or "high"))
            return (110, "Invalid urgency");
        var topic = call.Header("topic") ?? "none";
        return topic.Length is 0 or > 32 || !topic.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            ? (113, "Invalid Topic header value") : null;
    }

    /// <summary>The public key of the sender; null when its token is not correct.</summary>
    private string? IdentityOf(PushCall call)
    {
        if (call.Header("authorization") is not { } authorization || !authorization.StartsWith("vapid ", StringComparison.Ordinal))
            return null;
        var parameters = authorization["vapid ".Length..].Split(',').Select(part => part.Trim().Split('=', 2))
            .Where(parts => parts.Length == 2).ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);
        if (parameters.GetValueOrDefault("k") is not { } publicKey
            || SignedToken.Read(parameters.GetValueOrDefault("t", "")) is not { } token)
            return null;
        var point = Base64Url.DecodeFromChars(publicKey);
        using var key = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = point[1..33], Y = point[33..65] },
        });
        var left = token.Time("exp") - Time.GetUtcNow();
        return token.IsSignedBy(key) && (string?)token.Claims["aud"] == Address.GetLeftPart(UriPartial.Authority)
            && left > TimeSpan.Zero && left <= TimeSpan.FromHours(24)
            && (string?)token.Claims["sub"] is ['m', 'a', 'i', 'l', 't', 'o', ':', ..] or ['h', 't', 't', 'p', 's', ':', ..]
            ? publicKey
            : null;
    }
}
