using Herald.Messages;

namespace Herald.Email.Mails;

/// <summary>A recipient of email is one mail address, with or without a name.</summary>
internal sealed class MailRecipientCheck : IRecipientCheck
{
    public Destination Kind => Destination.Email;

    public string? Refuse(string to) => Mailboxes.Find(to) is null ? Mailboxes.Rule : null;
}
