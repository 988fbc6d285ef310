using System.Diagnostics;
using Herald.Engine.Channels;
using Herald.Messages;
using Herald.Messages.Providers;

namespace Herald.Email.Smtp;

/// <summary>Decides what a refusal of a mail server means. A pure function of the reply, and of what was refused.</summary>
/// <remarks>
/// A refusal proves that nothing was sent. What is left to decide is whether another mail server could help, whether another attempt could
/// help, and whether other messages would meet the same. Only a code that is about the recipient or the content is for good: servers refuse
/// a sender, or a policy, at any step, and then each mail would be lost. docs/email.md has the same table for operators.
/// </remarks>
internal static class SmtpJudge
{
    /// <summary>A full mailbox is seldom emptied within minutes.</summary>
    public static readonly TimeSpan FullMailboxWait = TimeSpan.FromHours(1);

    private const string ForMail = "recipient, data, content";
    private const string Impossible = "x.1.1, x.1.2, x.1.3, x.1.4, x.1.6, x.1.10, x.2.1, x.2.3, x.2.4";

    /// <summary>The first row that fits decides.</summary>
    public static readonly IReadOnlyList<SmtpRule> Rules =
    [
        // The session and the settings of the provider: its user and its sender.
        new("any", "421", "x.7.x", SmtpMeaning.Pause),
        new("any", "421", "any", SmtpMeaning.Server),
        new("session, user", "any", "any", SmtpMeaning.Server),
        new("any", "530, 535, 538", "any", SmtpMeaning.Server),
        new("any", "any", "x.1.7, x.1.8, x.2.252", SmtpMeaning.Server),
        new("sender", "4xx", "x.7.x", SmtpMeaning.Pause),
        new("sender", "5xx", "x.3.4, x.6.7", SmtpMeaning.Never),
        new("sender", "552", "none", SmtpMeaning.Never),
        new("sender", "any", "any", SmtpMeaning.Server),

        // For now.
        new(ForMail, "any", "x.2.2", SmtpMeaning.Full),
        new(ForMail, "4xx", "x.1.x, x.2.x, x.7.x", SmtpMeaning.Recipient),
        new(ForMail, "4xx", "x.3.x, x.4.x, x.5.x", SmtpMeaning.Server),
        new(ForMail, "4xx", "any", SmtpMeaning.Mail),

        // For good.
        new(ForMail, "5xx", "x.3.4, x.6.x", SmtpMeaning.Never),
        new(ForMail, "5xx", "x.7.x, x.1.0", SmtpMeaning.Mail),
        new(ForMail, "500, 502, 503", "any", SmtpMeaning.Server),
        new(ForMail, "5xx", Impossible, SmtpMeaning.Never),
        new(ForMail, "5xx", "x.4.5", SmtpMeaning.Server),
        new("recipient", "5xx", "x.4.1, x.4.4", SmtpMeaning.Never),
        new("recipient", "501, 504, 553", "any", SmtpMeaning.Never),
        new("recipient", "550, 551, 556", "none", SmtpMeaning.Never),
        new("recipient", "550", "x.5.0", SmtpMeaning.Never),
        new("recipient", "552", "any", SmtpMeaning.Full),
        new("data, content", "552", "any", SmtpMeaning.Never),
        new(ForMail, "5xx", "x.5.x", SmtpMeaning.Server),
        new("data, content", "5xx", "x.3.x", SmtpMeaning.Server),
        new(ForMail, "5xx", "any", SmtpMeaning.Mail),
    ];

    public static ProviderResult Judge(SmtpPoint point, int code, string text)
    {
        var reply = SmtpReply.Of(code, text);
        var reason = $"{Words(point)}: {code} {text}";
        return MeaningOf(point, reply) switch
        {
            SmtpMeaning.Pause => ProviderResult.Throttled(reason, null, code),
            SmtpMeaning.Server => new(SendCertainty.NotSent, Failed(reason, code) with { EndpointTroubled = true }),
            SmtpMeaning.Mail => new(SendCertainty.NotSent, Failed(reason, code)),
            SmtpMeaning.Recipient => new(SendCertainty.Refused, Failed(reason, code)),
            SmtpMeaning.Full => new(SendCertainty.Refused, Failed(reason, code) with { RetryAfter = FullMailboxWait }),
            SmtpMeaning.Never => ProviderResult.Refused(reason, code) with { IsRecipientGone = IsGone(point, reply) },
        };
    }

    public static SmtpMeaning MeaningOf(SmtpPoint point, in SmtpReply reply)
    {
        foreach (var rule in Rules)
        {
            if (rule.Fits(point, reply))
                return rule.Meaning;
        }
        throw new UnreachableException($"{point} {reply}");
    }

    /// <summary>No such mailbox or domain, moved, no mails to this domain, or disabled. A 550 without a code can be a policy.</summary>
    private static bool IsGone(SmtpPoint point, SmtpReply reply) =>
        point == SmtpPoint.Recipient && reply is { Subject: 1, Detail: 1 or 2 or 6 or 10 } or { Subject: 2, Detail: 1 };

    private static AttemptResult Failed(string reason, int code) => new()
    {
        Outcome = AttemptOutcome.Failed,
        Stage = AttemptStage.Response,
        StatusCode = code,
        Reason = ProviderText.OneLine(reason),
    };

    private static string Words(SmtpPoint point) => point switch
    {
        SmtpPoint.Session => "the server refuses the session",
        SmtpPoint.Authentication => "the server refuses the user",
        SmtpPoint.Sender => "the server refuses the sender",
        SmtpPoint.Recipient => "the server refuses the recipient",
        SmtpPoint.Data => "the server takes no content",
        SmtpPoint.Content => "the server refuses the mail",
    };
}
