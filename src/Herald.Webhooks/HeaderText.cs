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

        return string.Create(EncodedLength(utf8), utf8, static (into, bytes) => Write(bytes, into));
    }

    /// <summary>The number of characters that <see cref="Write"/> writes.</summary>
    public static int EncodedLength(ReadOnlySpan<byte> utf8)
    {
        var length = utf8.Length;
        for (var at = utf8.IndexOfAnyExcept(Unreserved); at >= 0; at = utf8.IndexOfAnyExcept(Unreserved))
        {
            length += 2;
            utf8 = utf8[(at + 1)..];
        }
        return length;
    }

    /// <summary>Percent-encodes as <see cref="Encode"/> does.</summary>
    /// <returns>The number of characters that were written.</returns>
    public static int Write(ReadOnlySpan<byte> utf8, Span<char> into)
    {
        var at = 0;
        foreach (var one in utf8)
        {
            if (Unreserved.Contains(one))
            {
                into[at++] = (char)one;
                continue;
            }
            into[at++] = '%';
            into[at++] = Hex(one >> 4);
            into[at++] = Hex(one & 15);
        }
        return at;
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

    private static char Hex(int digit) => "0123456789ABCDEF"[digit];
}
