namespace Herald.Hosting.Text;

/// <summary>
/// A time as RFC 3339 writes it, read to the nanosecond. It accepts every text of that grammar in the years 1 to 9999; a place that takes
/// less looks at the digits, the leap second or the range itself.
/// </summary>
/// <param name="Seconds">Since 1970 in UTC. An offset can move it out of the years 1 to 9999. A leap second is the second after it.</param>
/// <param name="Nanoseconds">0 to 999,999,999. Further digits are dropped, not rounded: a time does not move into the future.</param>
/// <param name="OffsetMinutes">From UTC, as it is written.</param>
/// <param name="Digits">Of the fraction of a second, as it is written; 0 when there is none.</param>
/// <param name="IsLeapSecond">The second is written 60. It is not checked whether there was a leap second then.</param>
public readonly record struct Rfc3339Time(long Seconds, int Nanoseconds, int OffsetMinutes, int Digits, bool IsLeapSecond)
{
    private const int LengthToSeconds = 19, KeptDigits = 9, NanosecondsPerMs = 1_000_000;

    private static readonly long EpochSecond = DateTime.UnixEpoch.Ticks / TimeSpan.TicksPerSecond;

    /// <summary>Unix milliseconds, rounded down, before 1970 too.</summary>
    public long UnixMs => (Seconds * 1000) + (Nanoseconds / NanosecondsPerMs);

    /// <param name="text">UTF-8.</param>
    public static bool TryParse(ReadOnlySpan<byte> text, out Rfc3339Time time)
    {
        time = default;
        // yyyy-MM-ddTHH:mm:ss has a fixed length, and an offset follows.
        if (text.Length <= LengthToSeconds
            || text[4] != '-' || text[7] != '-' || text[10] is not ((byte)'T' or (byte)'t') || text[13] != ':' || text[16] != ':'
            || !TryNumber(text[..4], out var year) || !TryNumber(text[5..7], out var month) || !TryNumber(text[8..10], out var day)
            || !TryNumber(text[11..13], out var hour) || !TryNumber(text[14..16], out var minute)
            || !TryNumber(text[17..19], out var second))
            return false;
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)
            || hour > 23 || minute > 59 || second > 60)
            return false;
        var rest = text[LengthToSeconds..];
        if (!TryFraction(ref rest, out var nanoseconds, out var digits) || !TryOffset(rest, out var offset))
            return false;
        var minuteBegins = new DateTime(year, month, day, hour, minute, 0, DateTimeKind.Utc).Ticks / TimeSpan.TicksPerSecond;
        time = new(minuteBegins - EpochSecond + second - (offset * 60), nanoseconds, offset, digits, second == 60);
        return true;
    }

    private static bool TryFraction(ref ReadOnlySpan<byte> rest, out int nanoseconds, out int digits)
    {
        (nanoseconds, digits) = (0, 0);
        if (rest[0] != '.')
            return true;
        digits = rest[1..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        if (digits < 1)
            return false;
        for (var i = 1; i <= KeptDigits; i++)
            nanoseconds = (nanoseconds * 10) + (i <= digits ? rest[i] - '0' : 0);
        rest = rest[(1 + digits)..];
        return true;
    }

    private static bool TryOffset(ReadOnlySpan<byte> text, out int minutes)
    {
        minutes = 0;
        if (text is [(byte)'Z' or (byte)'z'])
            return true;
        if (text.Length != 6 || text[0] is not ((byte)'+' or (byte)'-') || text[3] != ':'
            || !TryNumber(text[1..3], out var hours) || !TryNumber(text[4..6], out var rest) || hours > 23 || rest > 59)
            return false;
        minutes = ((hours * 60) + rest) * (text[0] == '-' ? -1 : 1);
        return true;
    }

    private static bool TryNumber(ReadOnlySpan<byte> digits, out int number)
    {
        number = 0;
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9')
                return false;
            number = (number * 10) + digit - '0';
        }
        return true;
    }
}
