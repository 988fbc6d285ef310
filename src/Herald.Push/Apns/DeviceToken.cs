namespace Herald.Push.Apns;

/// <summary>The token of an app on one device.</summary>
internal static class DeviceToken
{
    private const int MostCharacters = 200;

    /// <summary>What is wrong with a text, as a sentence; null when it can be a token.</summary>
    public static string? Refuse(string text) =>
        text.Length is > 0 and <= MostCharacters && text.Length % 2 == 0 && text.All(char.IsAsciiHexDigit)
            ? null
            : "It is no device token of APNs, which has pairs of hexadecimal digits, at most 200 of them.";
}
