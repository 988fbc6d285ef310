using System.Buffers;
using System.Text;

namespace Herald.Channels.Webhooks;

/// <summary>Values as a header can carry them.</summary>
internal static class HeaderText
{
    private static readonly SearchValues<byte> Unreserved =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"u8);
    private static readonly SearchValues<byte> TraceDigits = SearchValues.Create("0123456789abcdef-"u8);
    private static readonly string[] SmallNumbers = [.. Enumerable.Range(0, 64).Select(n => n.ToString(System.Globalization.CultureInfo.InvariantCulture))];

    /// <summary>
    /// Percent-encodes all but the unreserved characters of RFC 3986, so that every decoder of URL components gives the bytes back,
    /// and nothing a publisher sends can end a header.
    /// </summary>
    /// <param name="likely">A text that the bytes probably spell, to be used instead of a new one.</param>
    public static string Encode(ReadOnlySpan<byte> utf8, string? likely = null)
    {
        if (utf8.IndexOfAnyExcept(Unreserved) < 0)
            return likely is not null && Ascii.Equals(utf8, likely) ? likely : Encoding.ASCII.GetString(utf8);

        var text = new StringBuilder(utf8.Length + 16);
        foreach (var one in utf8)
        {
            if (Unreserved.Contains(one))
                text.Append((char)one);
            else
                text.Append('%').Append(Convert.ToHexString([one]));
        }
        return text.ToString();
    }

    public static string Number(long number) =>
        (ulong)number < (ulong)SmallNumbers.Length ? SmallNumbers[number] : number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The bytes may stand in a header as they are: visible ASCII and spaces within.</summary>
    public static bool IsPlain(ReadOnlySpan<byte> value) =>
        value.IndexOfAnyExceptInRange((byte)' ', (byte)'~') < 0 && (value.IsEmpty || (value[0] != ' ' && value[^1] != ' '));

    /// <summary>Looks like a W3C <c>traceparent</c>. Any other is left out: a broken trace must not stop an event.</summary>
    public static bool IsTrace(ReadOnlySpan<byte> value) => value.Length >= 55 && value.IndexOfAnyExcept(TraceDigits) < 0;
}
