using Herald.Engine.Basics;
using Herald.Posts;

namespace Herald.Sms;

/// <summary>The options of one gateway.</summary>
public sealed record SmsProviderOptions : PostProviderOptions
{
    [Setting(
        "The most parts of one text message. A part has 160 characters of the GSM alphabet or 70 others; parts of a longer text have 153 "
        + "or 67. Each part costs as much as a message. A longer text is not sent.",
        Least = "1", Most = "255")]
    public int MostSegments { get; init; } = 6;
}
