using Herald.Outbound;

namespace Herald.Push.WebPush;

/// <summary>
/// What the answers of push services mean (RFC 8030, section 5; RFC 8292, section 4.2; and the documents of the services of Apple, Google,
/// Microsoft and Mozilla).
/// </summary>
/// <remarks>
/// Recipients choose the service, so no answer of one service delays messages to others: neither a service that is in trouble nor one that
/// asks for a pause.
/// </remarks>
internal static class WebPushAnswers
{
    /// <summary>With these words Apple's and Google's services refuse the sender's key, although with 400.</summary>
    private static readonly string[] KeyRefusals = ["VapidPkHashMismatch", "UnauthorizedRegistration"];

    public static PushVerdict Judge(in HttpAnswer answer) => answer.Status switch
    {
        >= 200 and < 300 => PushVerdict.Delivered,
        404 or 410 => new(PushMeaning.AddressGone, "the browser's subscription has ended"),
        // The browser subscribed with another public key. If the key of this server is wrong, it can be corrected and the message sent.
        _ when IsTokenRefused(answer) => new(
            PushMeaning.DeviceUnready,
            "it refuses the VAPID token; did the browser subscribe with the public key of this provider? Is its subject a real address?"),
        400 => new(PushMeaning.MessageRefused, "it calls the request wrong"),
        413 => new(PushMeaning.MessageRefused, "the message is too large for this push service"),
        // Microsoft's service answers 406 where others answer 429.
        406 or 429 => new(PushMeaning.DeviceUnready, "too many messages"),
        503 => new(PushMeaning.DeviceUnready, ""),
        >= 300 and < 400 => new(PushMeaning.DeviceUnready, "redirects are not followed"),
        _ => new(PushMeaning.Failed, ""),
    };

    /// <summary>Only a 400 can be about the sender's key instead of the message, and its body says so.</summary>
    public static bool NeedsBody(int status) => status == 400;

    /// <summary>The sender's token is refused; a new one may be accepted.</summary>
    public static bool IsTokenRefused(in HttpAnswer answer)
    {
        var body = answer.Body;
        return answer.Status is 401 or 403
            || (answer.Status == 400 && Array.Exists(KeyRefusals, word => body.Contains(word, StringComparison.Ordinal)));
    }
}
