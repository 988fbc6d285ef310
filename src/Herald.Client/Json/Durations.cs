using System.Globalization;

namespace Herald.Client;

/// <summary>
/// The text form of durations: <c>500ms</c>, <c>5s</c>, <c>1h30m</c>, <c>3d</c>. The server has the same code; the client refers to nothing
/// of the server.
/// </summary>
internal static class Durations
{
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
        var ticks = 0L;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExceptInRange('0', '9');
            if (digits is < 1 or > 9)
                return false;
            var count = long.Parse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture);
            rest = rest[digits..];
            var letters = rest.IndexOfAnyInRange('0', '9');
            var name = letters < 0 ? rest : rest[..letters];
            if (TicksOf(name) is not { } unit || count > (TimeSpan.MaxValue.Ticks - ticks) / unit)
                return false;
            ticks += count * unit;
            rest = rest[name.Length..];
        }
        duration = TimeSpan.FromTicks(ticks);
        return true;
    }

    /// <summary>Fractions of a millisecond are cut off.</summary>
    public static string Format(TimeSpan duration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
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

    private static long? TicksOf(ReadOnlySpan<char> name)
    {
        foreach (var (unit, ticks) in Units)
        {
            if (name.SequenceEqual(unit))
                return ticks;
        }
        return null;
    }
}
