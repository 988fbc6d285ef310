using Herald.Messages;
using Herald.Push.WebPush;

namespace Herald.Push;

/// <summary>A recipient of push messages is a token of a device or the subscription of a browser.</summary>
/// <remarks>The kind of service is not known yet, so this accepts what one of them accepts.</remarks>
internal sealed class PushRecipientCheck : IRecipientCheck
{
    private const string Rule = "It is no address of a device: neither a token of FCM or APNs nor a browser's subscription as JSON.";

    public Destination Kind => Destination.Push;

    public string? Refuse(string to)
    {
        ArgumentNullException.ThrowIfNull(to);
        // Tokens of APNs have only characters that tokens of FCM can have.
        if (Fcm.DeviceToken.Refuse(to) is null || BrowserSubscriptionReader.Refuse(to) is not { } problem)
            return null;
        // What is meant as a subscription is told exactly what is wrong with it.
        return to.TrimStart().StartsWith('{') ? problem : Rule;
    }
}
