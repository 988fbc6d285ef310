using System.Text.Json;
using Herald.Outbound;

namespace Herald.Push.Fcm;

/// <summary>What the answers of FCM mean (Firebase documentation, "FCM error codes" and "ErrorCode").</summary>
internal static class FcmAnswers
{
    /// <summary>Without a <c>Retry-After</c>, the documentation asks senders over their quota to wait at least so long.</summary>
    public static readonly TimeSpan LeastWait = TimeSpan.FromMinutes(1);

    public static PushVerdict Judge(in HttpAnswer answer)
    {
        if (answer.IsSuccess)
            return PushVerdict.Delivered;
        var error = Parse(answer.Body);
        // The code of FCM says most; status codes mean several things.
        return error.Code switch
        {
            "UNREGISTERED" => new(PushMeaning.AddressGone, "UNREGISTERED"),
            "SENDER_ID_MISMATCH" => new(PushMeaning.AddressRefused, "SENDER_ID_MISMATCH: the token belongs to another sender"),
            "INVALID_ARGUMENT" => error.IsAboutToken
                ? new(PushMeaning.AddressRefused, $"INVALID_ARGUMENT: {error.Message}")
                : new(PushMeaning.MessageRefused, $"INVALID_ARGUMENT: {error.Message}"),
            // Of the whole project, or of one device: then others can be sent.
            "QUOTA_EXCEEDED" => new(
                error.IsAboutDevice ? PushMeaning.DeviceUnready : PushMeaning.Throttled, $"QUOTA_EXCEEDED: {error.Message}"),
            "UNAVAILABLE" => new(PushMeaning.Unavailable, "UNAVAILABLE"),
            "INTERNAL" => new(PushMeaning.Failed, "INTERNAL"),
            "THIRD_PARTY_AUTH_ERROR" => new(
                PushMeaning.SenderRefused, "THIRD_PARTY_AUTH_ERROR: the APNs or Web Push key in the Firebase project is missing or wrong"),
            _ => ByStatus(answer.Status, error),
        };
    }

    /// <summary>The access token is refused; a new one may be accepted.</summary>
    public static bool IsTokenRefused(in HttpAnswer answer) => answer.Status == 401 && Parse(answer.Body).Code != "THIRD_PARTY_AUTH_ERROR";

    private static PushVerdict ByStatus(int status, in FcmError error) => status switch
    {
        400 => new(error.IsAboutToken ? PushMeaning.AddressRefused : PushMeaning.MessageRefused, error.Words),
        401 => new(PushMeaning.SenderRefused, Hint(error, "the access token is refused")),
        403 => new(PushMeaning.SenderRefused, Hint(error, "may the service account send, and is the API enabled in this project?")),
        404 => new(PushMeaning.SenderRefused, Hint(error, "does the project exist, and is the url right?")),
        413 => new(PushMeaning.MessageRefused, error.Words),
        429 => new(PushMeaning.Throttled, error.Words),
        503 => new(PushMeaning.Unavailable, error.Words),
        _ => new(PushMeaning.Failed, error.Words),
    };

    private static string Hint(in FcmError error, string hint) => error.Words.Length == 0 ? hint : $"{error.Words}; {hint}";

    private static FcmError Parse(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (Member(document.RootElement, "error") is not { ValueKind: JsonValueKind.Object } error)
                return default;
            string? code = null;
            var (isAboutToken, isAboutDevice) = (false, false);
            foreach (var detail in Items(error, "details"))
            {
                code ??= Text(detail, "errorCode");
                isAboutToken |= Items(detail, "fieldViolations").Any(violation => Text(violation, "field") == "message.token");
                isAboutDevice |= Items(detail, "violations").Any(
                    violation => IsDevice(Text(violation, "subject")) || IsDevice(Text(violation, "description")));
            }
            var message = Text(error, "message") ?? "";
            isAboutToken |= message.Contains("registration token", StringComparison.OrdinalIgnoreCase);
            return new(code, Text(error, "status"), message, isAboutToken, isAboutDevice || IsDevice(message));
        }
        // A foreign answer, or half of one, says nothing.
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return default;
        }
    }

    private static bool IsDevice(string? text) => text?.Contains("device", StringComparison.OrdinalIgnoreCase) == true;

    private static JsonElement? Member(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) ? value : null;

    private static string? Text(JsonElement parent, string name) =>
        Member(parent, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    private static JsonElement[] Items(JsonElement parent, string name) =>
        Member(parent, name) is { ValueKind: JsonValueKind.Array } value ? [.. value.EnumerateArray()] : [];

    private readonly record struct FcmError(string? Code, string? Status, string? Message, bool IsAboutToken, bool IsAboutDevice)
    {
        public string Words => string.Join(": ", new[] { Code ?? Status, Message }.Where(word => !string.IsNullOrEmpty(word)));
    }
}
