using System.Globalization;

namespace Herald.Email.Smtp;

/// <summary>One row of the table of refusals, in the words of docs/email.md.</summary>
/// <param name="At">Steps such as <c>recipient, data</c>, or <c>any</c>.</param>
/// <param name="Codes">Codes such as <c>530, 535</c>, or <c>4xx</c>, <c>5xx</c>, <c>any</c>.</param>
/// <param name="Enhanced">
/// Enhanced codes without their class, such as <c>x.1.7, x.2.x</c>; <c>any</c>, also without a code; or <c>none</c>.
/// </param>
internal sealed record SmtpRule(string At, string Codes, string Enhanced, SmtpMeaning Meaning)
{
    private const string Any = "any", None = "none", Separator = ", ";

    public bool Fits(SmtpPoint point, in SmtpReply reply) => HasPoint(point) && HasCode(reply.Code) && HasEnhanced(reply);

    private bool HasPoint(SmtpPoint point) => Has(At, NameOf(point));

    private bool HasCode(int code) =>
        Has(Codes, code.ToString(CultureInfo.InvariantCulture)) || Has(Codes, code < 500 ? "4xx" : "5xx");

    private bool HasEnhanced(in SmtpReply reply) => reply.Subject is not { } subject
        ? Enhanced is Any or None
        : Has(Enhanced, string.Create(CultureInfo.InvariantCulture, $"x.{subject}.{reply.Detail}"))
            || Has(Enhanced, string.Create(CultureInfo.InvariantCulture, $"x.{subject}.x"));

    private static bool Has(string list, string one) => list == Any || list.Split(Separator).Contains(one, StringComparer.Ordinal);

    private static string NameOf(SmtpPoint point) => point switch
    {
        SmtpPoint.Session => "session",
        SmtpPoint.Authentication => "user",
        SmtpPoint.Sender => "sender",
        SmtpPoint.Recipient => "recipient",
        SmtpPoint.Data => "data",
        SmtpPoint.Content => "content",
    };
}
