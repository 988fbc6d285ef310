using System.Globalization;
using System.Text.RegularExpressions;

namespace Herald.Email.Smtp;

/// <summary>A reply of a mail server, with its enhanced code (RFC 3463) if it has one.</summary>
/// <param name="Code">The three digits.</param>
/// <param name="Subject">
/// The second number of an enhanced code: 1 address, 2 mailbox, 3 system, 4 network, 5 protocol, 6 content, 7 policy.
/// </param>
/// <param name="Detail">Its third number.</param>
internal readonly partial record struct SmtpReply(int Code, int? Subject, int? Detail)
{
    public static SmtpReply Of(int code, string text) => EnhancedCode().Match(text) is { Success: true } match
        ? new(code, Number(match, 1), Number(match, 2))
        : new(code, null, null);

    public bool Is(int subject, int detail) => Subject == subject && Detail == detail;

    private static int Number(Match match, int group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\s*[245]\.(\d{1,3})\.(\d{1,3})\b")]
    private static partial Regex EnhancedCode();
}

/// <summary>What the server has refused.</summary>
internal enum SmtpPoint
{
    /// <summary>The session: greeting, EHLO, STARTTLS.</summary>
    Session,

    Authentication,
    Sender,
    Recipient,

    /// <summary>DATA, before any content.</summary>
    Data,

    /// <summary>The complete mail.</summary>
    Content,
}
