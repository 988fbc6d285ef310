using System.CommandLine;
using System.CommandLine.Parsing;
using Herald.Engine.Basics;

namespace Herald.Hosting.Commands;

/// <summary>A duration option that is parsed and shown in the usual form, <c>1h30m</c>, also in <c>--help</c>.</summary>
public readonly record struct Duration(TimeSpan Value)
{
    public static implicit operator TimeSpan(Duration duration) => duration.Value;

    public static Option<Duration> Option(string name, string description, TimeSpan usual) => new(name)
    {
        Description = description,
        HelpName = "DURATION",
        DefaultValueFactory = _ => new Duration(usual),
        CustomParser = Parse,
    };

    public override string ToString() => DurationText.Format(Value);

    private static Duration Parse(ArgumentResult result)
    {
        var text = result.Tokens[^1].Value;
        if (!DurationText.TryParse(text, out var duration))
            result.AddError($"{(result.Parent as OptionResult)?.Option.Name} {text}: {DurationText.RuleFor(text)}");
        return new(duration);
    }
}
