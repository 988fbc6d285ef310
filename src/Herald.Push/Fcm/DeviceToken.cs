namespace Herald.Push.Fcm;

/// <summary>The registration token of an app on one device.</summary>
internal static class DeviceToken
{
    private const int MostCharacters = 4096;

    /// <summary>What is wrong with a text, as a sentence; null when it can be a token.</summary>
    public static string? Refuse(string text) =>
        text.Length is > 0 and <= MostCharacters && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or ':' or '.')
            ? null
            : "It is no registration token of FCM, which has letters, digits and - _ : . in at most 4,096 characters.";
}
