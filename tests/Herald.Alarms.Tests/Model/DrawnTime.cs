using System.Globalization;
using System.Numerics;

namespace Herald.Alarms.Tests.Model;

/// <summary>
/// A time as a sender may write it, and its instant. Both are made from the same parts; neither is computed from the other.
/// </summary>
internal sealed record DrawnTime(string Text, BigInteger Nanoseconds)
{
    private static readonly BigInteger PerSecond = 1_000_000_000;

    public static DrawnTime Any(Random random)
    {
        // Days near the first, the last and 1970 are drawn often: in the years 1 and 9999, an offset can leave the range.
        var days = random.Next(4) switch { 0 => random.Next(3), 1 => 3_652_058 - random.Next(3), 2 => 719_162 + random.Next(-2, 3), _ => random.Next(3_652_059) };
        return Of(new DateTime(1, 1, 1).AddDays(days).AddSeconds(random.Next(86_400)), random.Next(1_000_000_000), random);
    }

    /// <summary>Draws a text for a time of the local clock, with any digits, offset and letters.</summary>
    public static DrawnTime Of(DateTime local, int nanoseconds, Random random)
    {
        var digits = random.Next(10);
        var kept = nanoseconds.ToString("D9", CultureInfo.InvariantCulture)[..digits];
        var offset = random.Next(3) == 0 ? 0 : random.Next(-1439, 1440);
        var sign = offset < 0 || (offset == 0 && random.Next(2) == 0) ? "-" : "+";
        var zone = offset == 0 && random.Next(2) == 0
            ? random.Next(4) == 0 ? "z" : "Z"
            : string.Create(CultureInfo.InvariantCulture, $"{sign}{Math.Abs(offset) / 60:00}:{Math.Abs(offset) % 60:00}");
        var text = local.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) + (random.Next(4) == 0 ? "t" : "T") + local.ToString("HH:mm:ss", CultureInfo.InvariantCulture)
            + (digits > 0 ? "." + kept : "") + zone;
        var whole = (new BigInteger(local.Ticks / TimeSpan.TicksPerSecond) - (DateTime.UnixEpoch.Ticks / TimeSpan.TicksPerSecond) - (offset * 60)) * PerSecond;
        return new DrawnTime(text, whole + (digits == 0 ? 0 : BigInteger.Parse(kept.PadRight(9, '0'), CultureInfo.InvariantCulture)));
    }

    /// <summary>Draws any of the texts for a given instant.</summary>
    public static DrawnTime At(DateTime utc, int nanoseconds, Random random)
    {
        var all = nanoseconds.ToString("D9", CultureInfo.InvariantCulture);
        var needed = all.TrimEnd('0').Length;
        var digits = random.Next(needed, 10);
        var offset = random.Next(2) == 0 ? 0 : random.Next(-1439, 1440);
        var zone = offset == 0 && random.Next(2) == 0
            ? "Z"
            : string.Create(CultureInfo.InvariantCulture, $"{(offset < 0 ? "-" : "+")}{Math.Abs(offset) / 60:00}:{Math.Abs(offset) % 60:00}");
        var text = utc.AddMinutes(offset).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture) + (digits > 0 ? "." + all[..digits] : "") + zone;
        return new DrawnTime(text, ((new BigInteger(utc.Ticks) - DateTime.UnixEpoch.Ticks) * 100) + nanoseconds);
    }
}
