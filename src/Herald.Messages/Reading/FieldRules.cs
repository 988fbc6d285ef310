using System.Buffers;
using System.Text;
using Herald.Hosting.Text;

namespace Herald.Messages.Reading;

/// <summary>The bounds and forms of the fields of a message, each with the sentence that says it.</summary>
public static class FieldRules
{
    public const int MostTextBytes = 1 << 20, MostSubjectBytes = 1000, MostToBytes = 8192, MostNameBytes = 128;
    public const int MostData = 100, MostDataBytes = 16 << 10;

    public const int LongestEscape = 6, LongestAddress = 900;

    public const string Uuid = "Write a UUID like 6fa459ea-ee8a-3ca4-894e-db77e160355e.";
    public const string Time = "Write a time with its offset, like 2026-01-31T08:30:00Z.";
    public const string Destination = "Write EMAIL, SMS, SLACK or PUSH, or a number from 0 to 3 for them.";
    public const string Unsubscribe = "Write an https or a mailto address of at most 900 characters.";
    public const string DataName = "The name of a value has 1 to 128 letters, digits, hyphens and underscores.";

    /// <summary>C0 and C1 control characters, and the line breaks of Unicode.</summary>
    public static readonly SearchValues<char> NotInLines = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Concat(Enumerable.Range(0x7F, 0x21)).Append(0x2028).Append(0x2029).Select(c => (char)c)]);

    public static bool IsDataName(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length is > 0 and <= MostNameBytes && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
    }

    /// <summary>A time in the range of .NET; null for other texts.</summary>
    internal static DateTimeOffset? TimeOf(string text) =>
        Rfc3339Time.TryParse(Encoding.UTF8.GetBytes(text), out var time)
        && time.UnixMs >= DateTimeOffset.MinValue.ToUnixTimeMilliseconds()
        && time.UnixMs <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(time.UnixMs)
            : null;

    public static MessagePriority? Priority(string text) => text switch
    {
        "low" => MessagePriority.Low,
        "normal" => MessagePriority.Normal,
        "high" => MessagePriority.High,
        _ => null,
    };

    internal static Destination? DestinationOf(string text) => text.ToUpperInvariant() switch
    {
        "EMAIL" => Messages.Destination.Email,
        "SMS" => Messages.Destination.Sms,
        "SLACK" => Messages.Destination.Slack,
        "PUSH" => Messages.Destination.Push,
        _ => null,
    };

    /// <summary>
    /// The address becomes a part of a header, so it must be ASCII, without brackets. A host is written in ASCII as name servers do; the
    /// rest of an address is escaped.
    /// </summary>
    public static Uri? Address(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeMailto)
        && Ascii(uri) is { } ascii && ascii.AbsoluteUri is { Length: <= LongestAddress } address && address.All(char.IsAscii)
        && !address.AsSpan().ContainsAny('<', '>') ? ascii : null;

    private static Uri? Ascii(Uri uri)
    {
        if (uri.AbsoluteUri.All(char.IsAscii))
            return uri;
        // The path is escaped, so the host is nowhere else in the address.
        var text = uri.Host.Length > 0 ? uri.AbsoluteUri.Replace(uri.Host, uri.IdnHost, StringComparison.Ordinal) : "";
        return Uri.TryCreate(text, UriKind.Absolute, out var ascii) ? ascii : null;
    }
}
