using System.Buffers;
using System.Text;

namespace Herald.Webhooks;

/// <summary>Formats values for headers.</summary>
internal static class HeaderText
{
    private static readonly SearchValues<byte> Unreserved =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"u8);
    private static readonly SearchValues<byte> TraceDigits = SearchValues.Create("0123456789abcdef-"u8);
    private static readonly string[] SmallNumbers =
        [.. Enumerable.Range(0, 64).Select(n => n.ToString(System.Globalization.CultureInfo.InvariantCulture))];

    /// <summary>
    /// Percent-encodes all except the unreserved characters of RFC 3986. So every decoder of URL components returns the same bytes, and no
    /// value of a publisher can end a header.
    /// </summary>
    /// <param name="likely">A string that probably equals the bytes; it is then returned instead of a new one.</param>
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
        (ulong)number < (ulong)SmallNumbers.Length
            ? SmallNumbers[number]
            : number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The bytes can be written in a header as they are: visible ASCII, with spaces only inside.</summary>
    public static bool IsPlain(ReadOnlySpan<byte> value) =>
        value.IndexOfAnyExceptInRange((byte)' ', (byte)'~') < 0 && (value.IsEmpty || (value[0] != ' ' && value[^1] != ' '));

    /// <summary>Looks like a W3C <c>traceparent</c>. Any other value is left out, because a broken trace must not stop an event.</summary>
    public static bool IsTrace(ReadOnlySpan<byte> value) => value.Length >= 55 && value.IndexOfAnyExcept(TraceDigits) < 0;
}
