using System.Globalization;
using System.Text.Json;
using Herald.Outbound;

namespace Herald.Push.Apns;

/// <summary>What the answers of APNs mean (Apple documentation, "Handling notification responses from APNs").</summary>
internal static class ApnsAnswers
{
    private const string Clock = "is this machine's clock right?";
    private const string Settings = "check keyId, teamId and the key file of this provider";

    public static PushVerdict Judge(in HttpAnswer answer)
    {
        if (answer.IsSuccess)
            return PushVerdict.Delivered;
        var (word, at) = Parse(answer.Body);
        var reason = word ?? "";
        return (answer.Status, reason) switch
        {
            (410, _) or (_, "Unregistered" or "ExpiredToken") =>
                new(PushMeaning.AddressGone, (reason.Length > 0 ? reason : "Unregistered") + Since(at)),
            (_, "BadDeviceToken") =>
                new(PushMeaning.AddressRefused, "BadDeviceToken: is it one of this environment (production or sandbox)?"),
            (_, "DeviceTokenNotForTopic") => new(PushMeaning.AddressRefused, "DeviceTokenNotForTopic: the token belongs to another app"),
            (_, "MissingDeviceToken") => new(PushMeaning.AddressRefused, reason),
            (413, _) or (_, "PayloadTooLarge") => new(PushMeaning.MessageRefused, reason),
            // Apple asks that this is not tried again.
            (_, "Forbidden") => new(PushMeaning.MessageRefused, "Forbidden: Apple does not allow this"),
            (_, "BadCollapseId" or "BadExpirationDate" or "BadMessageId" or "BadPriority" or "DuplicateHeaders" or "PayloadEmpty") =>
                new(PushMeaning.MessageRefused, reason),
            (_, "TooManyRequests") => new(PushMeaning.DeviceUnready, reason),
            (_, "TooManyProviderTokenUpdates") => new(PushMeaning.Throttled, reason),
            (_, "ExpiredProviderToken") => new(PushMeaning.SenderRefused, $"{reason}: {Clock}"),
            (_, "InvalidProviderToken" or "MissingProviderToken" or "UnrelatedKeyIdInToken" or "BadEnvironmentKeyIdInToken") =>
                new(PushMeaning.SenderRefused, $"{reason}: {Settings}"),
            (_, "BadTopic" or "MissingTopic" or "TopicDisallowed" or "InvalidPushType") =>
                new(PushMeaning.SenderRefused, $"{reason}: check the topic of this provider"),
            (_, "IdleTimeout" or "InternalServerError") => new(PushMeaning.Failed, reason),
            (_, "ServiceUnavailable" or "Shutdown") => new(PushMeaning.Unavailable, reason),
            (400, _) => new(PushMeaning.MessageRefused, reason),
            (401 or 403 or 404 or 405, _) => new(PushMeaning.SenderRefused, reason),
            (429, _) => new(PushMeaning.Throttled, reason),
            (503, _) => new(PushMeaning.Unavailable, reason),
            _ => new(PushMeaning.Failed, reason),
        };
    }

    /// <summary>The sender's token is refused; a new one may be accepted.</summary>
    public static bool IsTokenRefused(in HttpAnswer answer) =>
        answer.Status == 403 && Parse(answer.Body).Reason is "ExpiredProviderToken" or "InvalidProviderToken";

    private static string Since(DateTimeOffset? at) =>
        at is null ? "" : string.Create(CultureInfo.InvariantCulture, $" since {at:yyyy-MM-dd'T'HH:mm:ss'Z'}");

    private static (string? Reason, DateTimeOffset? At) Parse(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                return default;
            var reason = root.TryGetProperty("reason", out var word) && word.ValueKind == JsonValueKind.String ? word.GetString() : null;
            DateTimeOffset? at = root.TryGetProperty("timestamp", out var time) && time.ValueKind == JsonValueKind.Number
                && time.TryGetDouble(out var ms) && ms is >= 0 and < 1e14 ? DateTimeOffset.FromUnixTimeMilliseconds((long)ms) : null;
            return (reason, at);
        }
        // A foreign answer, or half of one, says nothing.
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return default;
        }
    }
}
