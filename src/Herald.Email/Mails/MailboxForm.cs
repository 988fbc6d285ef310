using Herald.Engine.Basics;

namespace Herald.Email.Mails;

/// <summary>The form of a sender in a setting. Every server can take it, so it needs no SMTPUTF8.</summary>
internal sealed class MailboxForm : ISettingForm
{
    private MailboxForm() { }

    public static string Rule =>
        "A mail address such as herald@example.com, or with a name: Herald <herald@example.com>. The part before @ is in ASCII.";

    public static bool Accepts(string text) => Mailboxes.Find(text) is { } mailbox && !Mailboxes.NeedsUtf8(mailbox);
}
