using System.Globalization;

namespace Herald.Engine.Basics;

/// <summary>
/// The text form of durations: <c>500ms</c>, <c>5s</c>, <c>1h30m</c>, <c>3d</c>. Units go from the longest to the shortest, each at most
/// once.
/// </summary>
public static class DurationText
{
    public const string Rule = "A duration such as 500ms, 5s, 10m, 1h30m or 3d.";

    /// <summary>The rule for the person who wrote this text. A bare number lacks its unit, and most people mean seconds.</summary>
    public static string RuleFor(string text) =>
        !string.IsNullOrEmpty(text) && text.All(char.IsAsciiDigit) ? $"A duration has a unit: write {text}s for seconds." : Rule;

    private static readonly (string Name, long Ticks)[] Units =
    [
        ("d", TimeSpan.TicksPerDay), ("h", TimeSpan.TicksPerHour), ("m", TimeSpan.TicksPerMinute), ("s", TimeSpan.TicksPerSecond),
        ("ms", TimeSpan.TicksPerMillisecond),
    ];

    public static bool TryParse(string? text, out TimeSpan duration)
    {
        duration = default;
        if (string.IsNullOrEmpty(text))
            return false;
        var rest = text.AsSpan();
        long ticks = 0;
        var nextUnit = 0;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExceptInRange('0', '9');
            if (digits is < 1 or > 9)
                return false;
            var count = long.Parse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture);
            rest = rest[digits..];
            var letters = rest.IndexOfAnyInRange('0', '9');
            var name = letters < 0 ? rest : rest[..letters];
            var unit = -1;
            for (var i = nextUnit; i < Units.Length && unit < 0; i++)
            {
                if (name.SequenceEqual(Units[i].Name))
                    unit = i;
            }
            if (unit < 0 || count > (TimeSpan.MaxValue.Ticks - ticks) / Units[unit].Ticks)
                return false;
            ticks += count * Units[unit].Ticks;
            rest = rest[name.Length..];
            nextUnit = unit + 1;
        }
        duration = TimeSpan.FromTicks(ticks);
        return true;
    }

    /// <summary>Fractions of a millisecond are cut off.</summary>
    public static string Format(TimeSpan duration)
    {
        if (duration < TimeSpan.Zero)
            return $"-{Format(duration.Negate())}";
        var rest = duration.Ticks;
        var text = "";
        foreach (var (name, ticks) in Units)
        {
            if (rest / ticks is > 0 and var count)
                text += string.Create(CultureInfo.InvariantCulture, $"{count}{name}");
            rest %= ticks;
        }
        return text.Length == 0 ? "0s" : text;
    }
}
