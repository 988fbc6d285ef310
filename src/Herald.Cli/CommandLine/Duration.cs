using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Herald.Cli.CommandLine;

/// <summary>A duration as users write it everywhere in Herald: <c>500ms</c>, <c>30s</c>, <c>10m</c>, <c>2h</c>, <c>3d</c>.</summary>
internal readonly record struct Duration(TimeSpan Value)
{
    private static readonly (string Unit, TimeSpan Length)[] Units =
    [
        ("d", TimeSpan.FromDays(1)), ("h", TimeSpan.FromHours(1)), ("m", TimeSpan.FromMinutes(1)), ("s", TimeSpan.FromSeconds(1)),
        ("ms", TimeSpan.FromMilliseconds(1)),
    ];

    public static implicit operator TimeSpan(Duration duration) => duration.Value;

    public static Option<Duration> Option(string name, string description, TimeSpan usual) => new(name)
    {
        Description = description,
        HelpName = "DURATION",
        DefaultValueFactory = _ => new Duration(usual),
        CustomParser = Parse,
    };

    public static bool TryParse(string text, out Duration duration)
    {
        duration = default;
        var unit = text.AsSpan().TrimStart("0123456789.").ToString();
        var length = Array.Find(Units, known => known.Unit == unit).Length;
        if (length == TimeSpan.Zero
            || !double.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
            || count * length.TotalDays > 3650)
            return false;
        duration = new(count * length);
        return true;
    }

    /// <summary>In the largest unit that says it without a fraction.</summary>
    public override string ToString()
    {
        var value = Value;
        var (unit, length) = Array.Find(Units, unit => value.Ticks % unit.Length.Ticks == 0 && value >= unit.Length);
        return unit is null
            ? string.Create(CultureInfo.InvariantCulture, $"{value.TotalMilliseconds}ms")
            : string.Create(CultureInfo.InvariantCulture, $"{value.Ticks / length.Ticks}{unit}");
    }

    private static Duration Parse(ArgumentResult result)
    {
        var text = result.Tokens[^1].Value;
        if (!TryParse(text, out var duration))
            result.AddError($"'{text}' is not a duration. Write it like 500ms, 30s, 10m, 2h or 3d.");
        return duration;
    }
}
