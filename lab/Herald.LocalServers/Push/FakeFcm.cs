using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Herald.LocalServers.Push;

/// <summary>
/// Firebase Cloud Messaging and the token endpoint of Google, from the reference of the FCM REST API, "projects.messages.send" (request,
/// answer) and "ErrorCode" (errors; a quota is that of the project, of a device or of a topic), from "FCM error codes" (their form: a wrong
/// value has a <c>BadRequest</c> and no <c>FcmError</c>, a wrong token has an <c>FcmError</c>), and from "Using OAuth 2.0 for Server to
/// Server Applications" (tokens).
/// </summary>
public sealed class FakeFcm(TimeProvider time) : FakePushService(time, HttpProtocols.Http1AndHttp2)
{
    public const string Project = "fake-project", Email = "sender@fake-project.iam.gserviceaccount.com";

    private const string Scope = "https://www.googleapis.com/auth/firebase.messaging";
    private const string Grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    private const string TokenPath = "/token";
    private const int MostBytes = 4096;

    /// <summary>One for all fakes of a process, because it takes long to draw.</summary>
    private static readonly RSA Key = RSA.Create(2048);

    private static readonly string[] ReservedBeginnings = ["google.", "gcm."];

    private readonly ConcurrentDictionary<string, DateTimeOffset> _tokens = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<PushAnswer> _tokenAnswers = new();
    private TaskCompletionSource? _tokenGate;
    private int _tokensGiven, _tokensAsked, _tokensWaiting, _mostWaiting;

    /// <summary>Devices, with the project whose messages they get. Others are not registered.</summary>
    public ConcurrentDictionary<string, string> Devices { get; } = new(StringComparer.Ordinal);

    /// <summary>The lifetime of the next tokens.</summary>
    public TimeSpan TokenLifetime { get; set; } = TimeSpan.FromHours(1);

    public int TokensGiven => _tokensGiven;

    public int TokensAsked => _tokensAsked;

    /// <summary>The most requests for a token at the same time.</summary>
    public int MostTokensAtOnce => _mostWaiting;

    /// <summary>The content of the file of the service account.</summary>
    public string AccountFile => Account().ToJsonString();

    public JsonObject Account() => new()
    {
        ["type"] = "service_account",
        ["project_id"] = Project,
        ["private_key_id"] = "key-1",
        ["private_key"] = Key.ExportPkcs8PrivateKeyPem(),
        ["client_email"] = Email,
        ["client_id"] = "1",
        ["token_uri"] = new Uri(Address, TokenPath).AbsoluteUri,
    };

    /// <summary>Google forgets all tokens, as when a key is revoked.</summary>
    public void EndTokens() => _tokens.Clear();

    /// <summary>Plans the answers to the next requests for a token.</summary>
    public void PlanToken(params IReadOnlyList<PushAnswer> answers)
    {
        ArgumentNullException.ThrowIfNull(answers);
        foreach (var answer in answers)
            _tokenAnswers.Enqueue(answer);
    }

    /// <summary>Requests for a token wait until the result is set.</summary>
    public TaskCompletionSource HoldTokens() => _tokenGate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static PushAnswer Error(int code, string status, string message, string? errorCode, string? field = null)
    {
        var details = new JsonArray();
        if (errorCode is not null)
        {
            details.Add((JsonNode)new JsonObject
            {
                ["@type"] = "type.googleapis.com/google.firebase.fcm.v1.FcmError",
                ["errorCode"] = errorCode,
            });
        }
        if (field is not null)
        {
            details.Add((JsonNode)new JsonObject
            {
                ["@type"] = "type.googleapis.com/google.rpc.BadRequest",
                ["fieldViolations"] = new JsonArray(new JsonObject { ["field"] = field, ["description"] = message }),
            });
        }
        var error = new JsonObject { ["code"] = code, ["message"] = message, ["status"] = status, ["details"] = details };
        return new(code, new JsonObject { ["error"] = error }.ToJsonString());
    }

    /// <summary>The answer to a sender over a quota: that of the project, or that of one device.</summary>
    public static PushAnswer OverQuota(string subject, string description)
    {
        var answer = JsonNode.Parse(Error(429, "RESOURCE_EXHAUSTED", "Quota exceeded.", "QUOTA_EXCEEDED").Body)!;
        answer["error"]!["details"]!.AsArray().Add((JsonNode)new JsonObject
        {
            ["@type"] = "type.googleapis.com/google.rpc.QuotaFailure",
            ["violations"] = new JsonArray(new JsonObject { ["subject"] = subject, ["description"] = description }),
        });
        return new(429, answer.ToJsonString());
    }

    protected override async Task<PushAnswer?> AnswerOtherAsync(PushCall call, CancellationToken aborted)
    {
        ArgumentNullException.ThrowIfNull(call);
        if (call.Path != TokenPath)
            return null;
        Interlocked.Increment(ref _tokensAsked);
        var waiting = Interlocked.Increment(ref _tokensWaiting);
        InterlockedMax(ref _mostWaiting, waiting);
        if (_tokenGate is { } gate)
            await gate.Task.WaitAsync(aborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Interlocked.Decrement(ref _tokensWaiting);
        return _tokenAnswers.TryDequeue(out var planned) ? planned : GiveToken(call);
    }

    protected override PushAnswer Judge(PushCall call)
    {
        ArgumentNullException.ThrowIfNull(call);
        if (call.Method != "POST" || call.Path != $"/v1/projects/{Project}/messages:send")
            return Error(404, "NOT_FOUND", "Requested entity was not found.", null);
        if (call.Header("authorization")?.Split(' ') is not ["Bearer", var token]
            || !_tokens.TryGetValue(token, out var ends) || ends <= Time.GetUtcNow())
            return ExpiredToken;
        JsonObject? message;
        try
        {
            message = JsonNode.Parse(call.Body)?["message"] as JsonObject;
        }
        catch (System.Text.Json.JsonException)
        {
            return Error(400, "INVALID_ARGUMENT", "Invalid JSON payload received.", null);
        }
        if ((string?)message?["token"] is not { Length: > 0 } device)
            return Error(400, "INVALID_ARGUMENT", "Recipient of the message is not set.", "INVALID_ARGUMENT");
        if (WhyNot(message) is { } reason)
            return Error(400, "INVALID_ARGUMENT", reason.Message, null, reason.Field);
        if (device.Length < 8)
            return Error(400, "INVALID_ARGUMENT", "The registration token is not a valid FCM registration token", "INVALID_ARGUMENT");
        if (!Devices.TryGetValue(device, out var project))
            return Gone;
        if (project != Project)
            return Error(403, "PERMISSION_DENIED", "SenderId mismatch", "SENDER_ID_MISMATCH");
        Accept(new(device, message.ToJsonString(), call));
        return new(200, new JsonObject { ["name"] = $"projects/{Project}/messages/0:{Accepted.Count}" }.ToJsonString());
    }

    protected override PushAnswer Throttled => OverQuota($"project:{Project}", "Message rate exceeded");

    protected override PushAnswer Gone => Error(404, "NOT_FOUND", "Requested entity was not found.", "UNREGISTERED");

    protected override PushAnswer ExpiredToken => Error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.", null);

    protected override PushAnswer Broken => Error(500, "INTERNAL", "Internal error encountered.", "INTERNAL");

    protected override PushAnswer Unavailable => Error(503, "UNAVAILABLE", "The service is currently unavailable.", "UNAVAILABLE");

    private PushAnswer GiveToken(PushCall call)
    {
        var form = Encoding.ASCII.GetString(call.Body).Split('&').Select(field => field.Split('=', 2))
            .ToDictionary(parts => parts[0], parts => Uri.UnescapeDataString(parts[1]), StringComparer.Ordinal);
        if (form.GetValueOrDefault("grant_type") != Grant || SignedToken.Read(form.GetValueOrDefault("assertion", "")) is not { } statement)
            return new(400, "{\"error\": \"unsupported_grant_type\", \"error_description\": \"Invalid grant_type\"}");
        var now = Time.GetUtcNow();
        if (!statement.IsSignedBy(Key) || (string?)statement.Claims["iss"] != Email || (string?)statement.Header["kid"] != "key-1")
            return new(400, "{\"error\": \"invalid_grant\", \"error_description\": \"Invalid JWT Signature.\"}");
        if ((string?)statement.Claims["scope"] != Scope || (string?)statement.Claims["aud"] != new Uri(Address, TokenPath).AbsoluteUri)
            return new(400, "{\"error\": \"invalid_scope\", \"error_description\": \"Invalid OAuth scope or audience.\"}");
        var (issued, expires) = (statement.Time("iat"), statement.Time("exp"));
        if (issued is null || expires is null || issued > now.AddMinutes(5) || expires <= now || expires - issued > TimeSpan.FromHours(1))
            return new(400, "{\"error\": \"invalid_grant\", \"error_description\": \"Invalid JWT: Token must be a short-lived token.\"}");
        var token = $"ya29.fake-{Interlocked.Increment(ref _tokensGiven)}";
        _tokens[token] = now + TokenLifetime;
        var seconds = ((long)TokenLifetime.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return new(200, $"{{\"access_token\": \"{token}\", \"expires_in\": {seconds}, \"token_type\": \"Bearer\"}}");
    }

    private static (string Field, string Message)? WhyNot(JsonObject message)
    {
        foreach (var (name, value) in message["data"] as JsonObject ?? new JsonObject())
        {
            if (value is not JsonValue text || !text.TryGetValue<string>(out _))
                return ($"message.data[{name}]", "Invalid value (Number)");
            if (name is "from" or "message_type" || ReservedBeginnings.Any(start => name.StartsWith(start, StringComparison.Ordinal)))
                return ("message.data", $"Invalid data payload key: {name}");
        }
        var ttl = (string?)message["android"]?["ttl"] ?? "0s";
        if (!ttl.EndsWith('s') || !double.TryParse(ttl[..^1], CultureInfo.InvariantCulture, out _))
            return ("message.android.ttl", "Illegal duration format");
        if ((string?)message["android"]?["priority"] is not (null or "NORMAL" or "HIGH"))
            return ("message.android.priority", "Invalid value");
        var data = message["data"] as JsonObject ?? new JsonObject();
        var names = data.Sum(entry => Encoding.UTF8.GetByteCount(entry.Key));
        return names + Bytes(data) + Bytes(message["notification"] as JsonObject ?? new JsonObject()) > MostBytes
            ? ("message", "Android message is too big")
            : null;
    }

    private static int Bytes(JsonObject texts) => texts.Sum(entry => Encoding.UTF8.GetByteCount((string?)entry.Value ?? ""));

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = most; value > seen;)
        {
            var before = Interlocked.CompareExchange(ref most, value, seen);
            if (before == seen)
                return;
            seen = before;
        }
    }
}
