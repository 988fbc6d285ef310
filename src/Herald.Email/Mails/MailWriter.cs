using System.Text;
using Herald.Messages;
using MimeKit;
using MessagePriority = Herald.Messages.MessagePriority;

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
            Subject = HeaderText(message.Subject ?? ""),
            Body = message.Html is { } html
                ? new MultipartAlternative(Part("plain", message.Text), Part("html", html))
                : Part("plain", message.Text),
        };
        mail.From.Add(Header(from));
        mail.To.Add(Header(to));
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

    private static MailboxAddress Header(MailboxAddress mailbox) =>
        mailbox.Name is { } name ? new(Encoding.UTF8, HeaderText(name), mailbox.Address) : mailbox;

    /// <summary>A text that looks encoded (RFC 2047) is encoded as a whole, so that nobody decodes a part of it.</summary>
    private static string HeaderText(string text)
    {
        const int MostBytes = 42;
        if (!text.Contains("=?", StringComparison.Ordinal))
            return text;
        var words = new List<string>();
        var word = new List<byte>();
        foreach (var rune in text.EnumerateRunes())
        {
            var bytes = Encoding.UTF8.GetBytes(rune.ToString());
            if (word.Count + bytes.Length > MostBytes)
            {
                words.Add($"=?utf-8?B?{Convert.ToBase64String([.. word])}?=");
                word.Clear();
            }
            word.AddRange(bytes);
        }
        words.Add($"=?utf-8?B?{Convert.ToBase64String([.. word])}?=");
        return string.Join(' ', words);
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
