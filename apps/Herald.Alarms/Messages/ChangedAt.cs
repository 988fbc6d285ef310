using System.Text;
using Herald.Hosting.Text;

namespace Herald.Alarms.Messages;

/// <summary>
/// When an alarm changed, as in RFC 3339, to the nanosecond. It is compared as an instant and written exactly as it was read. Two values
/// are equal only when their texts are equal.
/// </summary>
/// <remarks>The times of .NET have a resolution of 100 ns, and do not keep the number of digits or a Z.</remarks>
/// <param name="Seconds">Seconds since 1970 in UTC.</param>
/// <param name="Nanoseconds">0 to 999,999,999.</param>
/// <param name="Digits">The digits of the fraction of a second, 0 to 9.</param>
internal readonly record struct ChangedAt(long Seconds, int Nanoseconds, short OffsetMinutes, byte Digits, TimeForm Form)
{
    public const string Rule =
        "Must be a time as in RFC 3339, with an offset and at most nine digits after the seconds, for example "
            + "2026-01-31T12:00:00.123456789Z. Leap seconds are not allowed.";

    /// <summary>yyyy-MM-ddTHH:mm:ss.fffffffff+HH:mm</summary>
    public const int LongestText = 35;

    private const int MostDigits = 9, LengthOfDate = 10, LengthToSeconds = 19, LengthOfOffset = 6, LongestOffset = (23 * 60) + 59;

    private static readonly int[] Powers = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000];

    /// <summary>The first second of year 1, and the second after year 9999.</summary>
    private static readonly long FirstSecond = SecondsAt(DateTime.MinValue), EndSecond = SecondsAt(DateTime.MaxValue) + 1;

    /// <summary>Whether a text could have produced this value.</summary>
    public bool IsPossible
    {
        get
        {
            var local = LocalSeconds;
            return Nanoseconds >= 0 && Digits <= MostDigits && Nanoseconds < Powers[MostDigits]
                && Nanoseconds % Powers[MostDigits - Digits] == 0
                && OffsetMinutes is >= -LongestOffset and <= LongestOffset && local >= FirstSecond && local < EndSecond
                && (Form & ~(TimeForm.SmallT | TimeForm.Zulu | TimeForm.SmallZ | TimeForm.UnknownOffset)) == 0
                && (Form & (TimeForm.Zulu | TimeForm.SmallZ)) != TimeForm.SmallZ
                && (Form & (TimeForm.Zulu | TimeForm.UnknownOffset)) != (TimeForm.Zulu | TimeForm.UnknownOffset)
                && (OffsetMinutes == 0 || (Form & (TimeForm.Zulu | TimeForm.UnknownOffset)) == 0);
        }
    }

    private long LocalSeconds => Seconds + (OffsetMinutes * 60L);

    public static bool TryParse(ReadOnlySpan<byte> text, out ChangedAt time)
    {
        time = default;
        if (!Rfc3339Time.TryParse(text, out var read) || read.IsLeapSecond || read.Digits > MostDigits)
            return false;
        var form = FormOf(text, read.OffsetMinutes);
        time = new ChangedAt(read.Seconds, read.Nanoseconds, (short)read.OffsetMinutes, (byte)read.Digits, form);
        return true;
    }

    /// <summary>
    /// Negative when this instant is before the other, 0 when both are the same instant, in whatever form they are written.
    /// </summary>
    public int CompareInstant(in ChangedAt other)
    {
        var seconds = Seconds.CompareTo(other.Seconds);
        return seconds != 0 ? seconds : Nanoseconds.CompareTo(other.Nanoseconds);
    }

    /// <summary>Writes into at least <see cref="LongestText"/> bytes and returns the number of bytes written.</summary>
    public int Write(Span<byte> into)
    {
        var local = DateTime.UnixEpoch.AddTicks(LocalSeconds * TimeSpan.TicksPerSecond);
        Put(into[..4], local.Year);
        into[4] = (byte)'-';
        Put(into[5..7], local.Month);
        into[7] = (byte)'-';
        Put(into[8..10], local.Day);
        into[10] = (Form & TimeForm.SmallT) != 0 ? (byte)'t' : (byte)'T';
        Put(into[11..13], local.Hour);
        into[13] = (byte)':';
        Put(into[14..16], local.Minute);
        into[16] = (byte)':';
        Put(into[17..19], local.Second);
        var used = LengthToSeconds;
        if (Digits > 0)
        {
            into[used++] = (byte)'.';
            Put(into.Slice(used, Digits), Nanoseconds / Powers[MostDigits - Digits]);
            used += Digits;
        }
        if ((Form & TimeForm.Zulu) != 0)
        {
            into[used++] = (Form & TimeForm.SmallZ) != 0 ? (byte)'z' : (byte)'Z';
            return used;
        }
        var minutes = Math.Abs((int)OffsetMinutes);
        into[used] = OffsetMinutes < 0 || (Form & TimeForm.UnknownOffset) != 0 ? (byte)'-' : (byte)'+';
        Put(into.Slice(used + 1, 2), minutes / 60);
        into[used + 3] = (byte)':';
        Put(into.Slice(used + 4, 2), minutes % 60);
        return used + LengthOfOffset;
    }

    public override string ToString()
    {
        Span<byte> text = stackalloc byte[LongestText];
        return Encoding.ASCII.GetString(text[..Write(text)]);
    }

    /// <summary>The letters and the sign of a text that is a time.</summary>
    private static TimeForm FormOf(ReadOnlySpan<byte> text, int offsetMinutes)
    {
        var separator = text[LengthOfDate] == 't' ? TimeForm.SmallT : TimeForm.None;
        return text[^1] switch
        {
            (byte)'Z' => separator | TimeForm.Zulu,
            (byte)'z' => separator | TimeForm.Zulu | TimeForm.SmallZ,
            _ => offsetMinutes == 0 && text[^LengthOfOffset] == '-' ? separator | TimeForm.UnknownOffset : separator,
        };
    }

    private static void Put(Span<byte> into, int number)
    {
        for (var i = into.Length - 1; i >= 0; i--, number /= 10)
            into[i] = (byte)('0' + (number % 10));
    }

    // Rounded down, also before 1970.
    private static long SecondsAt(DateTime time) =>
        (time.Ticks / TimeSpan.TicksPerSecond) - (DateTime.UnixEpoch.Ticks / TimeSpan.TicksPerSecond);
}
