namespace Herald.Orders.Readers;

/// <summary>
/// Times as in RFC 3339, with up to nine digits of a second and any offset. The event's time has milliseconds; the payload keeps all
/// digits.
/// </summary>
internal static class OccurredAt
{
    public const string Rule = "A time as in RFC 3339 with at most nine digits of a second and its offset, for example 2026-01-31T12:00:00.123456789Z.";

    private const int MostDigits = 9;

    public static bool TryParse(ReadOnlySpan<byte> text, out long unixMs)
    {
        unixMs = 0;
        // yyyy-MM-ddTHH:mm:ss has a fixed length.
        if (text.Length < 20 || text[4] != '-' || text[7] != '-' || text[10] is not ((byte)'T' or (byte)'t') || text[13] != ':' || text[16] != ':')
            return false;
        if (!TryNumber(text[..4], out var year) || !TryNumber(text[5..7], out var month) || !TryNumber(text[8..10], out var day)
            || !TryNumber(text[11..13], out var hour) || !TryNumber(text[14..16], out var minute) || !TryNumber(text[17..19], out var second))
            return false;
        // Second 60 is a leap second.
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 60)
            return false;
        var rest = text[19..];
        if (!TryFraction(ref rest, out var milliseconds) || !TryOffset(rest, out var offsetMinutes))
            return false;
        var days = new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Utc).Subtract(DateTime.UnixEpoch).Days;
        unixMs = (((((((long)days * 24) + hour) * 60) + minute - offsetMinutes) * 60) + second) * 1000 + milliseconds;
        return true;
    }

    // Digits below a millisecond are dropped, not rounded, so that a time does not move into the future.
    private static bool TryFraction(ref ReadOnlySpan<byte> rest, out int milliseconds)
    {
        milliseconds = 0;
        if (rest.IsEmpty || rest[0] != '.')
            return !rest.IsEmpty;
        var digits = rest[1..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        if (digits is < 1 or > MostDigits)
            return false;
        for (var i = 0; i < 3; i++)
            milliseconds = (milliseconds * 10) + (i < digits ? rest[1 + i] - '0' : 0);
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
            if (!char.IsAsciiDigit((char)digit))
                return false;
            number = (number * 10) + digit - '0';
        }
        return true;
    }
}
