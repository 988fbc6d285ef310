using System.CommandLine;
using System.CommandLine.Parsing;
using Herald.Engine.Basics;

namespace Herald.Lab.Catchers;

/// <summary>A range of delays, all equally likely: <c>500ms..1000ms</c>.</summary>
public readonly record struct LatencyRange(TimeSpan Least, TimeSpan Most)
{
    public static readonly LatencyRange Usual = new(TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(1000));

    public static Option<LatencyRange> Option(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "FROM..TO",
        DefaultValueFactory = _ => Usual,
        CustomParser = Parse,
    };

    public TimeSpan Draw(Random random) => Least + (Most - Least) * random.NextDouble();

    public override string ToString() => $"{DurationText.Format(Least)}..{DurationText.Format(Most)}";

    private static LatencyRange Parse(ArgumentResult result)
    {
        var text = result.Tokens[^1].Value;
        if (text.Split("..") is [var from, var to] && DurationText.TryParse(from, out var least) && DurationText.TryParse(to, out var most) && least <= most)
            return new(least, most);
        result.AddError($"{result.Argument.Name} {text}: not a range of durations. Expected the shorter one first, such as 500ms..1000ms.");
        return default;
    }
}
