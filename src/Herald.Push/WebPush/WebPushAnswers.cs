using Herald.Outbound;

namespace Herald.Push.WebPush;

/// <summary>What the answers of push services mean (RFC 8030, section 5; RFC 8292, section 4.2).</summary>
/// <remarks>
/// Recipients choose the service, so no answer of one service delays messages to others: neither a service that is in trouble nor one that
/// asks for a pause.
/// </remarks>
internal static class WebPushAnswers
{
    public static PushVerdict Judge(in HttpAnswer answer) => answer.Status switch
    {
        >= 200 and < 300 => PushVerdict.Delivered,
        404 or 410 => new(PushMeaning.AddressGone, "the browser's subscription has ended"),
        // The browser subscribed with another public key. If the key of this server is wrong, it can be corrected and the message sent.
        401 or 403 => new(
            PushMeaning.DeviceUnready, "it refuses the VAPID key; did the browser subscribe with the public key of this provider?"),
        400 => new(PushMeaning.MessageRefused, "it calls the request wrong"),
        413 => new(PushMeaning.MessageRefused, "the message is too large for this push service"),
        429 => new(PushMeaning.DeviceUnready, "too many messages"),
        503 => new(PushMeaning.DeviceUnready, ""),
        >= 300 and < 400 => new(PushMeaning.DeviceUnready, "redirects are not followed"),
        _ => new(PushMeaning.Failed, ""),
    };

    /// <summary>The sender's token is refused; a new one may be accepted.</summary>
    public static bool IsTokenRefused(in HttpAnswer answer) => answer.Status is 401 or 403;
}
