using Herald.Notifications.Recipients;

namespace Herald.Notifications.Doors;

/// <summary>Reasons of suppressions as the API and events write them.</summary>
internal static class SuppressionText
{
    public const string Rule = "Write opted-out, bounced, expired or complained.";

    public static string Of(SuppressionReason reason) => reason switch
    {
        SuppressionReason.OptedOut => "opted-out",
        SuppressionReason.Bounced => "bounced",
        SuppressionReason.Expired => "expired",
        SuppressionReason.Complained => "complained",
    };

    /// <summary>Null for other texts.</summary>
    public static SuppressionReason? Find(string text)
    {
        foreach (var reason in Enum.GetValues<SuppressionReason>())
        {
            if (text == Of(reason))
                return reason;
        }
        return null;
    }
}
