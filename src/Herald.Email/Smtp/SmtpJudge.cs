using Herald.Engine.Channels;
using Herald.Messages;
using Herald.Messages.Providers;

namespace Herald.Email.Smtp;

/// <summary>Decides what a refusal of a mail server means. A pure function of the reply, and of what was refused.</summary>
/// <remarks>
/// A refusal proves that nothing was sent. What is left to decide is whether another mail server could help, whether another attempt could
/// help, and whether other messages would meet the same. docs/email.md has the same table for operators.
/// </remarks>
internal static class SmtpJudge
{
    /// <summary>A full mailbox is seldom emptied within minutes.</summary>
    public static readonly TimeSpan FullMailboxWait = TimeSpan.FromHours(1);

    private const int NotAvailable = 421, ExceedsStorage = 552;

    public static ProviderResult Judge(SmtpPoint point, int code, string text)
    {
        var reply = SmtpReply.Of(code, text);
        var reason = $"{Words(point)}: {code} {text}";
        return KindOf(point, reply) switch
        {
            Kind.Pause => ProviderResult.Throttled(reason, null, code),
            Kind.ServerTrouble => new(SendCertainty.NotSent, Result(reason, code, AttemptOutcome.Failed) with { EndpointTroubled = true }),
            Kind.ServerRefusal => new(SendCertainty.NotSent, Result(reason, code, AttemptOutcome.Failed)),
            Kind.MailboxTrouble => new(SendCertainty.Refused, Result(reason, code, AttemptOutcome.Failed)),
            Kind.MailboxFull =>
                new(SendCertainty.Refused, Result(reason, code, AttemptOutcome.Failed) with { RetryAfter = FullMailboxWait }),
            Kind.Never => ProviderResult.Refused(reason, code) with { IsRecipientGone = IsGone(point, reply) },
        };
    }

    private static Kind KindOf(SmtpPoint point, SmtpReply reply) => reply switch
    {
        // The server closes the session. Policy (7) means that it was used too much.
        { Code: NotAvailable } => reply.Subject == 7 ? Kind.Pause : Kind.ServerTrouble,
        { Code: < 500, Subject: 7 } => Kind.Pause,
        _ when point is SmtpPoint.Session or SmtpPoint.Authentication => Kind.ServerTrouble,
        // A bad sender. Many servers say so only when they refuse the recipient.
        { Subject: 1, Detail: 7 or 8 } => Kind.ServerTrouble,
        _ when reply.Is(2, 2) => Kind.MailboxFull,
        { Code: < 500, Subject: 1 or 2 } => Kind.MailboxTrouble,
        { Code: < 500, Subject: 3 or 4 or 5 } => Kind.ServerTrouble,
        { Code: < 500 } => Kind.ServerRefusal,
        // From here on, the server will not change its mind by itself.
        _ when reply.Is(3, 4) => Kind.Never,
        _ when reply.Is(6, 7) => Kind.Never,
        // The registry of these codes has 501 for an address that is none, and Outlook.com has 5.5.0 for a mailbox that does not exist.
        { Subject: 1 } or { Code: 550, Subject: 5 } when point == SmtpPoint.Recipient => Kind.Never,
        // Congestion. Google says so of the limit of a day.
        _ when reply.Is(4, 5) => Kind.ServerTrouble,
        { Code: 530 or 535 or 538 } or { Code: >= 500 and <= 504 } or { Subject: 5 } => Kind.ServerTrouble,
        { Subject: 3 } => Kind.ServerTrouble,
        // The sender is a setting of the provider, and not of the message.
        { Subject: 7 } => point == SmtpPoint.Sender ? Kind.ServerTrouble : Kind.ServerRefusal,
        { Code: ExceedsStorage } => point == SmtpPoint.Recipient ? Kind.MailboxFull : Kind.Never,
        _ when point == SmtpPoint.Sender => Kind.ServerTrouble,
        _ => Kind.Never,
    };

    /// <summary>No such mailbox or domain, moved, no mails to this domain, or disabled. A 550 without a code can be a policy.</summary>
    private static bool IsGone(SmtpPoint point, SmtpReply reply) =>
        point == SmtpPoint.Recipient && reply is { Subject: 1, Detail: 1 or 2 or 6 or 10 } or { Subject: 2, Detail: 1 };

    private static AttemptResult Result(string reason, int code, AttemptOutcome outcome) => new()
    {
        Outcome = outcome,
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

    private enum Kind
    {
        /// <summary>The server wants fewer mails.</summary>
        Pause,

        /// <summary>Every mail would meet this.</summary>
        ServerTrouble,

        /// <summary>This mail meets it at this server. Another server, or another time, may help.</summary>
        ServerRefusal,

        /// <summary>The mailbox cannot take mails now, whichever server sends them.</summary>
        MailboxTrouble,

        MailboxFull,

        /// <summary>The mail or its recipient is impossible.</summary>
        Never,
    }
}
