using System.Buffers;
using System.Globalization;
using System.Text;
using MimeKit;

namespace Herald.Email.Mails;

/// <summary>Reads mail addresses: <c>ann@example.com</c> or <c>Ann &lt;ann@example.com&gt;</c>.</summary>
/// <remarks>
/// It knows less than RFC 5322 allows: no lists, groups, routes, comments and quoted local parts. Mail servers disagree about these, and a
/// disagreement about where an address ends is a way to reach other recipients.
/// </remarks>
internal static class Mailboxes
{
    public const string Rule = "Write one mail address, such as ann@example.com or Ann <ann@example.com>.";

    /// <summary>RFC 5321, section 4.5.3.1.</summary>
    private const int LongestLocalPart = 64, LongestAddress = 254;

    private static readonly SearchValues<char> Special = SearchValues.Create("\"<>,;:@()[]\\");

    /// <summary>Null for a text that is not exactly one address, with or without a name.</summary>
    public static MailboxAddress? Find(string text)
    {
        if (text.Any(char.IsControl))
            return null;
        if (text is not [.., '>'])
            return IsAddress(text) ? new(null, text) : null;
        var start = text.LastIndexOf('<');
        return start >= 0 && NameOf(text[..start].Trim()) is { } name && text[(start + 1)..^1] is var address && IsAddress(address)
            ? new(Encoding.UTF8, name, address)
            : null;
    }

    /// <summary>The part before @ has letters outside of ASCII. A domain can always be written in ASCII.</summary>
    public static bool NeedsUtf8(MailboxAddress mailbox) => !mailbox.Address.Split('@')[0].All(char.IsAscii);

    /// <summary>The name without its quotes; null when it could be read as something else.</summary>
    private static string? NameOf(string text)
    {
        if (text is not ['"', .. var quoted, '"'])
            return text.AsSpan().ContainsAny(Special) ? null : text;
        var name = new StringBuilder();
        for (var i = 0; i < quoted.Length; i++)
        {
            if (quoted[i] == '"' || (quoted[i] == '\\' && ++i == quoted.Length))
                return null;
            name.Append(quoted[i]);
        }
        return name.ToString();
    }

    private static bool IsAddress(string text) =>
        text.LastIndexOf('@') is var at and > 0 && Encoding.UTF8.GetByteCount(text) <= LongestAddress
        && IsLocalPart(text[..at]) && IsDomain(text[(at + 1)..]);

    private static bool IsLocalPart(string text) =>
        Encoding.UTF8.GetByteCount(text) <= LongestLocalPart && text[0] != '.' && text[^1] != '.'
        && !text.Contains("..", StringComparison.Ordinal) && !text.AsSpan().ContainsAny(Special)
        && !text.Any(char.IsWhiteSpace);

    private static bool IsDomain(string text)
    {
        try
        {
            var ascii = new IdnMapping { UseStd3AsciiRules = true }.GetAscii(text);
            return Uri.CheckHostName(ascii) == UriHostNameType.Dns;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
