using System.CommandLine;
using System.CommandLine.Parsing;
using Herald.Hosting.Commands;
using Herald.Lab.Receivers;

namespace Herald.Lab.Catchers;

/// <summary>The options of <c>herald catcher</c>.</summary>
internal sealed class CatcherOptionSet
{
    private const int PlainPort = 9000;
    private const int MostCatchers = 1000;

    private readonly Option<bool> _noRegister = new("--no-register")
    {
        Description = "Only receive webhooks; do not register for a customer.",
    };
    private readonly Option<bool> _print = new("--print") { Description = "Print each webhook that the catcher acknowledges." };
    private readonly Option<int?> _port = new("--port")
    {
        Description =
            $"The port of the first catcher; further catchers use the next ports. Default: free ports; {PlainPort} with --no-register.",
        HelpName = "PORT",
    };
    private readonly Option<int> _count = new("--count")
    {
        Description = "How many catchers to run, each with a port and a customer of its own.",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };
    private readonly Option<string?> _secret = new("--secret")
    {
        Description =
            "The secret that verifies signatures, whsec_…; wrong ones are answered with 401. Default: a new one; none with --no-register.",
        HelpName = "SECRET",
    };
    private readonly Option<Duration> _window = Duration.Option("--window",
        "How long Herald waits for a heartbeat before another handler can get the customer.", TimeSpan.FromMinutes(1));
    private readonly Option<Mode> _mode = ModeOption("--mode",
        "The share of requests that get a delay or a 500: none 0 %, soft 1 %, hard 2 %, critical 10 %, nightmare 33 %, "
        + "hell 100 % (no delays).");
    private readonly Option<LatencyRange> _latency = LatencyRange.Option("--latency", "The range of the delays.");
    private readonly Option<Mode?> _then = new("--then")
    {
        Description = "A second mode, such as hell. It begins after --after and lasts --for; then the first mode returns.",
        HelpName = "MODE",
        CustomParser = result => ParseMode(result),
    };
    private readonly Option<Duration> _after = Duration.Option("--after", "When the second mode begins.", TimeSpan.FromMinutes(1));
    private readonly Option<Duration> _length = Duration.Option("--for", "How long the second mode lasts.", TimeSpan.FromMinutes(3));
    private readonly Option<int> _seed = new("--seed")
    {
        Description = "The seed of the random choices: the same seed repeats them.",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };

    public CatcherOptionSet()
    {
        _secret.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && !SignatureCheck.IsSecret(text))
                result.AddError("--secret: expected whsec_ and base64.");
        });
        _count.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is var count and (< 1 or > MostCatchers))
                result.AddError($"--count {count}: must be 1 to {MostCatchers}.");
        });
    }

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_mode, _latency, _then, _after, _length, _seed, _window, _count, _port, _secret, _print, _noRegister])
            command.Options.Add(option);
    }

    public CatcherOptions Read(ParseResult parsed)
    {
        var isPlain = parsed.GetValue(_noRegister);
        var mode = parsed.GetValue(_mode);
        return new(
            !isPlain, parsed.GetValue(_print), parsed.GetValue(_port) ?? (isPlain ? PlainPort : 0), parsed.GetValue(_count),
            parsed.GetValue(_secret),
            parsed.GetValue(_window), new(mode, parsed.GetValue(_then) ?? mode, parsed.GetValue(_after), parsed.GetValue(_length)),
            parsed.GetValue(_latency), parsed.GetValue(_seed));
    }

    private static Option<Mode> ModeOption(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "MODE",
        DefaultValueFactory = _ => Mode.None,
        CustomParser = ParseMode,
    };

    private static Mode ParseMode(ArgumentResult result)
    {
        var text = result.Tokens[^1].Value;
        foreach (var mode in Enum.GetValues<Mode>())
            if (Modes.NameOf(mode) == text)
                return mode;
        result.AddError(
            $"{result.Argument.Name} {text}: not a mode. The modes are: {string.Join(", ", Enum.GetValues<Mode>().Select(Modes.NameOf))}.");
        return default;
    }
}
