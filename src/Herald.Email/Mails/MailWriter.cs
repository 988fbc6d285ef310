using System.Text;
using Herald.Messages;
using MimeKit;

namespace Herald.Email.Mails;

/// <summary>Writes a message as a mail.</summary>
/// <param name="domain">The part after @ in the ids of mails.</param>
internal sealed class MailWriter(MailboxAddress from, string domain)
{
    public MimeMessage Write(Message message, MailboxAddress to, DateTimeOffset now)
    {
        var mail = new MimeMessage
        {
            MessageId = $"{message.Id}@{domain}",
            Date = now,
            Subject = message.Subject ?? "",
            Body = message.Html is { } html
                ? new MultipartAlternative(Part("plain", message.Text), Part("html", html))
                : Part("plain", message.Text),
        };
        mail.From.Add(from);
        mail.To.Add(to);
        if (message.Priority == MessagePriority.High)
            mail.Importance = MessageImportance.High;
        else if (message.Priority == MessagePriority.Low)
            mail.Importance = MessageImportance.Low;
        if (message.Unsubscribe is { } unsubscribe)
        {
            mail.Headers.Add(HeaderId.ListUnsubscribe, $"<{unsubscribe.AbsoluteUri}>");
            // One click (RFC 8058) is a POST, so it needs https.
            if (unsubscribe.Scheme == Uri.UriSchemeHttps)
                mail.Headers.Add("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
        }
        return mail;
    }

    private static TextPart Part(string subtype, string text)
    {
        var part = new TextPart(subtype);
        part.SetText(Encoding.UTF8, text);
        // These characters survive only where the transport sees none of the text. All others survive each encoding.
        if (text.Replace("\r\n", "", StringComparison.Ordinal).AsSpan().ContainsAny('\0', '\r'))
            part.ContentTransferEncoding = ContentEncoding.Base64;
        return part;
    }
}
