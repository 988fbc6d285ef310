using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Herald.LocalServers.Push;

/// <summary>
/// Apple's push notification service, over HTTP/2 without TLS, from Apple's documentation: "Sending notification requests to APNs"
/// (request), "Handling notification responses from APNs" (answers; which are not to be tried again), and "Establishing a token-based
/// connection to APNs" (tokens: at most an hour old, renewed at most every 20 minutes). Apple's engineers explain in the developer forums
/// that this counts for each connection, and that a connection takes the tokens of one team only.
/// </summary>
public sealed class FakeApns(TimeProvider time) : FakePushService(time, HttpProtocols.Http2)
{
    public const string KeyId = "ABC123DEFG", TeamId = "DEF123GHIJ", Topic = "com.example.app";
    public const string OtherKeyId = "KLM456NOPQ", OtherTeamId = "NOP456QRST";

    private const int MostBytes = 4096;

    private readonly Lock _gate = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly HashSet<string> _tokens = new(StringComparer.Ordinal);

    /// <summary>The team and the token of each connection, and since when.</summary>
    private readonly Dictionary<string, (string Team, string Token, DateTimeOffset Since)> _connections = new(StringComparer.Ordinal);

    /// <summary>Devices that get messages, with the topic of their app.</summary>
    public ConcurrentDictionary<string, string> Devices { get; } = new(StringComparer.Ordinal);

    /// <summary>Devices that have removed the app, and since when.</summary>
    public ConcurrentDictionary<string, DateTimeOffset> Removed { get; } = new(StringComparer.Ordinal);

    /// <summary>The content of the .p8 file.</summary>
    public string KeyFile => _key.ExportPkcs8PrivateKeyPem();

    /// <summary>The tokens of the sender so far.</summary>
    public int TokensSeen
    {
        get
        {
            lock (_gate)
                return _tokens.Count;
        }
    }

    protected override PushAnswer Judge(PushCall call)
    {
        ArgumentNullException.ThrowIfNull(call);
        if (call.Protocol != "HTTP/2")
            return Error(505, "HTTP/2 is required");
        if (call.Method != "POST")
            return Error(405, "MethodNotAllowed");
        if (!call.Path.StartsWith("/3/device/", StringComparison.Ordinal))
            return Error(404, "BadPath");
        if (WhyNotSender(call) is { } refused)
            return refused;
        if (WhyNot(call) is { } reason)
            return Error(400, reason);
        if (call.Body.Length > MostBytes)
            return Error(413, "PayloadTooLarge");
        var device = call.Path["/3/device/".Length..];
        if (Removed.TryGetValue(device, out var since))
            return Unregistered(since);
        if (!Devices.TryGetValue(device, out var topic))
            return Error(400, "BadDeviceToken");
        if (topic != call.Header("apns-topic"))
            return Error(400, "DeviceTokenNotForTopic");
        try
        {
            if (JsonNode.Parse(call.Body)?["aps"]?["alert"] is null)
                return Error(400, "PayloadEmpty");
        }
        catch (System.Text.Json.JsonException)
        {
            return Error(400, "PayloadEmpty");
        }
        Accept(new(device, Encoding.UTF8.GetString(call.Body), call));
        return new(200) { Headers = [KeyValuePair.Create("apns-id", call.Header("apns-id")!)] };
    }

    protected override PushAnswer Throttled => Error(429, "TooManyRequests");

    protected override PushAnswer Gone => Unregistered(Time.GetUtcNow());

    protected override PushAnswer ExpiredToken => Error(403, "ExpiredProviderToken");

    protected override PushAnswer Broken => Error(500, "InternalServerError");

    protected override PushAnswer Unavailable => Error(503, "ServiceUnavailable");

    protected override void DisposeKeys() => _key.Dispose();

    private static PushAnswer Error(int status, string reason) => new(status, new JsonObject { ["reason"] = reason }.ToJsonString());

    private static PushAnswer Unregistered(DateTimeOffset since) =>
        new(410, new JsonObject { ["reason"] = "Unregistered", ["timestamp"] = since.ToUnixTimeMilliseconds() }.ToJsonString());

    private static string? WhyNot(PushCall call)
    {
        if (call.Header("apns-id") is { } id && !(Guid.TryParseExact(id, "D", out _) && !id.Any(char.IsAsciiLetterUpper)))
            return "BadMessageId";
        if (call.Header("apns-topic") is not { } topic)
            return "MissingTopic";
        if (topic != Topic)
            return "TopicDisallowed";
        if (call.Header("apns-push-type") != "alert")
            return "InvalidPushType";
        if (call.Header("apns-priority") is not (null or "1" or "5" or "10"))
            return "BadPriority";
        if (!long.TryParse(call.Header("apns-expiration") ?? "0", NumberStyles.None, CultureInfo.InvariantCulture, out _))
            return "BadExpirationDate";
        return call.Header("apns-collapse-id") is { Length: > 64 } ? "BadCollapseId" : null;
    }

    private PushAnswer? WhyNotSender(PushCall call)
    {
        if (call.Header("authorization")?.Split(' ') is not ["bearer", var text])
            return Error(403, "MissingProviderToken");
        if (SignedToken.Read(text) is not { } token || !token.IsSignedBy(_key) || TeamOf((string?)token.Header["kid"]) is not { } team
            || (string?)token.Claims["iss"] != team || token.Time("iat") is not { } issued)
            return Error(403, "InvalidProviderToken");
        var now = Time.GetUtcNow();
        if (now - issued > TimeSpan.FromHours(1))
            return Error(403, "ExpiredProviderToken");
        lock (_gate)
        {
            var isUsed = _connections.TryGetValue(call.Connection, out var used);
            if (isUsed && used.Team != team)
                return Error(403, "InvalidProviderToken");
            if (isUsed && used.Token != text && now - used.Since < TimeSpan.FromMinutes(20))
                return Error(429, "TooManyProviderTokenUpdates");
            if (used.Token != text)
                _connections[call.Connection] = (team, text, now);
            _tokens.Add(text);
            return null;
        }
    }

    private static string? TeamOf(string? key) => key switch
    {
        KeyId => TeamId,
        OtherKeyId => OtherTeamId,
        _ => null,
    };
}
