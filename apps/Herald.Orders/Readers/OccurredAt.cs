using Herald.Hosting.Text;

namespace Herald.Orders.Readers;

/// <summary>
/// Times as in RFC 3339: up to nine digits of a second, any offset, and a leap second is one. An event keeps the milliseconds; its payload
/// keeps the rest.
/// </summary>
internal static class OccurredAt
{
    public const string Rule =
        "Must be a time as in RFC 3339, with an offset and at most nine digits after the seconds, "
            + "for example 2026-01-31T12:00:00.123456789Z.";

    private const int MostDigits = 9;

    public static bool TryParse(ReadOnlySpan<byte> text, out long unixMs)
    {
        var isTime = Rfc3339Time.TryParse(text, out var time) && time.Digits <= MostDigits;
        unixMs = isTime ? time.UnixMs : 0;
        return isTime;
    }
}
