using Herald.Engine.Basics;

namespace Herald.Email.Mails;

/// <summary>The form of a mail address in a setting.</summary>
internal sealed class MailboxForm : ISettingForm
{
    private MailboxForm() { }

    public static string Rule => "A mail address such as herald@example.com, or with a name: Herald <herald@example.com>.";

    public static bool Accepts(string text) => Mailboxes.Find(text) is not null;
}
