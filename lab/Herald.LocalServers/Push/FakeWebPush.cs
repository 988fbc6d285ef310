using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Herald.LocalServers.Push;

/// <summary>
/// A push service for browsers, from RFC 8030 (request, TTL, urgency, topic, answers), RFC 8291 (encryption) and RFC 8292 (who sends, and
/// to whom a subscription is restricted). Statuses that these leave open are those of
/// https://autopush.readthedocs.io/en/latest/http.html#error-codes
/// </summary>
public sealed class FakeWebPush(TimeProvider time) : FakePushService(time, HttpProtocols.Http1AndHttp2)
{
    private const int MostBodyBytes = 4096;

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
            return new(404);
        if (WhyNot(call) is { } reason)
            return new(400, $"{{\"code\": 400, \"errno\": 110, \"message\": \"{reason}\"}}");
        if (call.Body.Length > MostBodyBytes)
            return new(413, "{\"code\": 413, \"errno\": 104, \"message\": \"Payload too large\"}");
        if (IdentityOf(call) is not { } key)
            return new(401, "{\"code\": 401, \"errno\": 109, \"message\": \"Invalid authentication\"}");
        if (key != browser.ApplicationServerKey)
            return new(403, "{\"code\": 403, \"errno\": 109, \"message\": \"VAPID public key mismatch\"}");
        Accept(new(call.Path, Encoding.UTF8.GetString(browser.Decrypt(call.Body)), call));
        return new(201) { Headers = [KeyValuePair.Create("location", new Uri(Address, "/message/1").AbsoluteUri)] };
    }

    protected override PushAnswer Throttled => new(429);

    protected override PushAnswer Gone => new(410, "{\"code\": 410, \"errno\": 106, \"message\": \"No such subscription\"}");

    protected override PushAnswer ExpiredToken => new(401, "{\"code\": 401, \"errno\": 109, \"message\": \"Invalid authentication\"}");

    protected override PushAnswer Broken => new(500);

    protected override PushAnswer Unavailable => new(503);

    protected override void DisposeKeys()
    {
        foreach (var browser in _browsers.Values)
            browser.Dispose();
    }

    private static string? WhyNot(PushCall call)
    {
        if (!long.TryParse(call.Header("ttl"), NumberStyles.None, CultureInfo.InvariantCulture, out _))
            return "Missing TTL header";
        if (call.Header("content-encoding") != "aes128gcm")
            return "Unknown content encoding";
        if (call.Header("urgency") is not (null or "very-low" or "low" or "normal" or "high"))
            return "Invalid urgency";
        var topic = call.Header("topic") ?? "none";
        return topic.Length is 0 or > 32 || !topic.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? "Invalid topic" : null;
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
