using System.CommandLine;
using Herald.Hosting.Commands;

namespace Herald.Lab.Demos;

/// <summary>The options that every demo has.</summary>
internal sealed class DemoOptionSet(int usualRate = DemoOptionSet.UsualRate)
{
    private const int UsualRate = 1000;
    private readonly Option<Duration> _load = Duration.Option("--for", "How long to publish orders.", TimeSpan.FromSeconds(30));
    private readonly Option<Duration> _drain = Duration.Option("--drain-for",
        "How long to wait at the end for deliveries that are still missing.", TimeSpan.FromSeconds(60));
    private readonly Option<bool> _plain = new("--plain") { Description = "Print a line per second instead of a live table." };
    private readonly Option<int> _rate = Count("--rate", "Order changes per second.", usualRate, 1_000_000);
    private readonly Option<int> _keys = Count("--keys",
        "The number of orders. The changes of one order are delivered in order.", 1000, 1_000_000);

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_load, _drain, _plain, _rate, _keys])
            command.Options.Add(option);
    }

    public DemoOptions Read(ParseResult parsed, DirectoryInfo? data)
    {
        var json = parsed.GetValue(CommonOptions.Json);
        return new(
            parsed.GetValue(_load), parsed.GetValue(_drain), parsed.GetValue(_rate), parsed.GetValue(_keys), data,
            parsed.GetValue(_plain) || json || Console.IsOutputRedirected, json);
    }

    public static Option<int> Count(string name, string description, int usual, int most)
    {
        var option = new Option<int>(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => usual };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is var count && (count < 1 || count > most))
                result.AddError($"{name} {count}: must be 1 to {most}.");
        });
        return option;
    }
}
