using Herald.Hosting.Text;

namespace Herald.Orders.Readers;

/// <summary>
/// Times as in RFC 3339: up to nine digits of a second, any offset, and a leap second is one. An event keeps the milliseconds; its payload
/// keeps the rest.
/// </summary>
internal static class OccurredAt
{
    public const string Rule = "A time as in RFC 3339 with at most nine digits of a second and its offset, for example 2026-01-31T12:00:00.123456789Z.";

    private const int MostDigits = 9;

    public static bool TryParse(ReadOnlySpan<byte> text, out long unixMs)
    {
        var isTime = Rfc3339Time.TryParse(text, out var time) && time.Digits <= MostDigits;
        unixMs = isTime ? time.UnixMs : 0;
        return isTime;
    }
}
