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

    private readonly Option<bool> _noRegister = new("--no-register") { Description = "Only receive: no Herald is asked for a customer." };
    private readonly Option<bool> _print = new("--print") { Description = "Print each webhook that is acknowledged." };
    private readonly Option<int?> _port = new("--port") { Description = $"Where to listen, on loopback; further catchers take the ports behind it. Default: free ones, {PlainPort} with --no-register.", HelpName = "PORT" };
    private readonly Option<int> _count = new("--count") { Description = "How many catchers, each with a port, an address and a customer of its own.", HelpName = "N", DefaultValueFactory = _ => 1 };
    private readonly Option<string?> _secret = new("--secret") { Description = "The secret (whsec_…) of the signatures; 401 is the answer to a false one. Default: a new one, none with --no-register.", HelpName = "SECRET" };
    private readonly Option<Duration> _window = Duration.Option("--window", "How long Herald waits for a sign of life before another handler may have the customer.", TimeSpan.FromMinutes(1));
    private readonly Option<Mode> _mode = ModeOption("--mode", "How many requests are hit by a delay or a 500, each as likely: none 0 %, soft 1 %, hard 2 %, critical 10 %, nightmare 33 %, hell 100 % (no delays).");
    private readonly Option<LatencyRange> _latency = LatencyRange.Option("--latency", "What delays are drawn from.");
    private readonly Option<Mode?> _then = new("--then") { Description = "Another mode for a while; see --after and --for.", HelpName = "MODE", CustomParser = result => ParseMode(result) };
    private readonly Option<Duration> _after = Duration.Option("--after", "When the other mode begins.", TimeSpan.FromMinutes(1));
    private readonly Option<Duration> _length = Duration.Option("--for", "How long the other mode lasts; then the first one is back for good.", TimeSpan.FromMinutes(3));
    private readonly Option<int> _seed = new("--seed") { Description = "Of everything that is drawn.", HelpName = "N", DefaultValueFactory = _ => 1 };

    public CatcherOptionSet()
    {
        _secret.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && !SignatureCheck.IsSecret(text))
                result.AddError("--secret: a secret is whsec_ and base64.");
        });
        _count.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is var count and (< 1 or > MostCatchers))
                result.AddError($"--count {count}: from 1 to {MostCatchers}.");
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
            !isPlain, parsed.GetValue(_print), parsed.GetValue(_port) ?? (isPlain ? PlainPort : 0), parsed.GetValue(_count), parsed.GetValue(_secret),
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
        result.AddError($"{result.Argument.Name} {text}: not a mode. There are: {string.Join(", ", Enum.GetValues<Mode>().Select(Modes.NameOf))}.");
        return default;
    }
}
