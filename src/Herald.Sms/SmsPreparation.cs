using Herald.Engine.Basics;
using Herald.Posts;
using Herald.Sms.Numbers;
using Herald.Sms.Texts;

namespace Herald.Sms;

/// <summary>Makes a message ready for a gateway: the number in one form, and a text that is not too long.</summary>
internal static class SmsPreparation
{
    public static PostProvider.Preparation For(SmsProviderOptions options, PhoneNumberReader numbers) => (message, to) =>
    {
        if (to is null)
        {
            return (null, FieldProblem.Of(
                "/to", "", "A number is missing in the message, in the endpoint and in the settings. Write one such as +49 170 1234567."));
        }
        var (number, problem) = numbers.Read(to);
        if (problem is not null)
            return (null, FieldProblem.Of("/to", to, problem));
        var length = TextLength.Of(message.Text);
        return length.Segments > options.MostSegments
            ? (null, FieldProblem.Of("/text", message.Text, TooLong(length, options.MostSegments)))
            : (message with { To = number }, null);
    };

    private static string TooLong(TextLength length, int most)
    {
        var alphabet = length.IsGsm ? "characters of the GSM alphabet" : "characters of UTF-16, because not all are in the GSM alphabet";
        return $"It has {length.Units:N0} {alphabet}, which are {length.Segments:N0} parts. At most {most:N0} are allowed: "
            + "shorten it, or raise mostSegments of the provider.";
    }
}
