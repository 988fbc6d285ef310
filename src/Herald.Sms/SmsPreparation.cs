using Herald.Engine.Basics;
using Herald.Messages;
using Herald.Posts;
using Herald.Sms.Numbers;
using Herald.Sms.Texts;

namespace Herald.Sms;

/// <summary>What a message for a gateway must be: its number in one form, and a text that is not too long.</summary>
internal static class SmsPreparation
{
    public static PostRules For(SmsProviderOptions options, PhoneNumberReader numbers) => new()
    {
        Prepare = (message, to) => Prepare(message, to, numbers),
        RefuseText = text => RefuseText(text, options.MostSegments),
    };

    private static (Message? Message, FieldProblem? Problem) Prepare(Message message, string? to, PhoneNumberReader numbers)
    {
        if (to is null)
        {
            return (null, FieldProblem.Of(
                "/to", "", "A number is missing in the message, in the endpoint and in the settings. Write one such as +49 170 1234567."));
        }
        var (number, problem) = numbers.Read(to);
        return problem is null ? (message with { To = number }, null) : (null, FieldProblem.Of("/to", to, problem));
    }

    /// <param name="text">What a phone shows: a definition can add words, or the subject.</param>
    private static string? RefuseText(string text, int most)
    {
        var length = TextLength.Of(text);
        if (length.Segments <= most)
            return null;
        var alphabet = length.IsGsm ? "characters of the GSM alphabet" : "characters of UTF-16, because not all are in the GSM alphabet";
        return $"It has {length.Units:N0} {alphabet}, which are {length.Segments:N0} parts. At most {most:N0} are allowed: "
            + "shorten it, or raise mostSegments of the provider.";
    }
}
