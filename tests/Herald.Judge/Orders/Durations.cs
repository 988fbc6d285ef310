using System.Globalization;

namespace Herald.Judging.Orders;

/// <summary>Durations as operators write them: <c>500ms</c>, <c>5s</c>, <c>1h30m</c>, <c>3d</c>.</summary>
public static class Durations
{
    public static double ParseMs(string text)
    {
        var (total, at) = (0.0, 0);
        while (at < text.Length)
        {
            var digits = at;
            while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '.'))
                at++;
            var unit = at;
            while (at < text.Length && char.IsAsciiLetter(text[at]))
                at++;
            if (digits == unit || unit == at)
                throw new FormatException($"'{text}' is no duration.");
            total += double.Parse(text.AsSpan(digits, unit - digits), CultureInfo.InvariantCulture) * text[unit..at] switch
            {
                "ms" => 1,
                "s" => 1_000,
                "m" => 60_000,
                "h" => 3_600_000,
                "d" => 86_400_000,
                _ => throw new FormatException($"'{text}' is no duration."),
            };
        }
        return total;
    }
}
