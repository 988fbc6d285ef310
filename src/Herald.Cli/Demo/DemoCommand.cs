using System.CommandLine;
using Herald.Cli.CommandLine;

namespace Herald.Cli.Demo;

/// <summary><c>herald demo</c></summary>
internal static class DemoCommand
{
    public static Command Create(TimeProvider time)
    {
        var load = Duration.Option("--for", "How long orders are published.", TimeSpan.FromSeconds(30));
        var drain = Duration.Option("--drain-for", "How long the end waits at most for what is still on its way.", TimeSpan.FromSeconds(60));
        var plain = new Option<bool>("--plain") { Description = "A line a second instead of a live table." };
        var rate = Count("--rate", "Order changes a second.", 1000, 1_000_000);
        var keys = Count("--keys", "Orders; the changes of one order are delivered in order.", 1000, 1_000_000);
        var data = new Option<DirectoryInfo?>("--data") { Description = "Keep Herald's data here: a new or empty directory. Default: a temporary one.", HelpName = "DIR" };
        var command = new ExampleCommand(
            "demo",
            "Runs a real server, publishes orders to a healthy, a slow, a flaky and a dying receiver, and checks that nothing is lost or out of order.",
            "herald demo", "herald demo --for 10s --plain", "herald demo --rate 5000 --keys 10000")
        { load, drain, plain, rate, keys, data };
        command.SetAction(async (parsed, cancel) =>
        {
            var console = parsed.InvocationConfiguration;
            var terminal = new Terminal(console.Output, console.Error, parsed.GetValue(CommonOptions.Json));
            var options = new DemoOptions(
                parsed.GetValue(load), parsed.GetValue(drain), parsed.GetValue(rate), parsed.GetValue(keys), parsed.GetValue(data),
                parsed.GetValue(plain) || terminal.Json || Console.IsOutputRedirected, terminal.Json);
            if (options.Data is { Exists: true } directory && directory.EnumerateFileSystemInfos().Any())
                return (int)terminal.Fail(ExitCode.BadUsage, $"--data {directory.FullName}: not empty. The demo wants a directory of its own.");
            return (int)await new DemoRun(options, terminal, time).RunAsync(cancel);
        });
        return command;
    }

    private static Option<int> Count(string name, string description, int usual, int most)
    {
        var option = new Option<int>(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => usual };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is var count && (count < 1 || count > most))
                result.AddError($"{name} {count}: from 1 to {most}.");
        });
        return option;
    }
}
