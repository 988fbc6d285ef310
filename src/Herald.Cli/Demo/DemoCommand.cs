using System.CommandLine;
using Herald.Cli.CommandLine;

namespace Herald.Cli.Demo;

/// <summary><c>herald demo</c></summary>
internal static class DemoCommand
{
    public static Command Create(TimeProvider time)
    {
        var data = new Option<DirectoryInfo?>("--data") { Description = "Keep Herald's data here: a new or empty directory. Default: a temporary one.", HelpName = "DIR" };
        var single = new DemoOptionSet();
        var command = new ExampleCommand(
            "demo",
            "Runs a real server, publishes orders to a healthy, a slow, a flaky and a dying receiver, and checks that nothing is lost or out of order.",
            "herald demo", "herald demo --for 10s --plain", "herald demo --rate 5000 --keys 10000", "herald demo cluster")
        { data, Cluster(time) };
        single.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var options = single.Read(parsed, parsed.GetValue(data));
            var terminal = single.TerminalOf(parsed);
            if (options.Data is { Exists: true } directory && directory.EnumerateFileSystemInfos().Any())
                return (int)terminal.Fail(ExitCode.BadUsage, $"--data {directory.FullName}: not empty. The demo wants a directory of its own.");
            return (int)await new DemoRun(options, (at, stop) => SingleStage.StartAsync(at, time, stop), terminal, time).RunAsync(cancel);
        });
        return command;
    }

    /// <summary><c>herald demo cluster</c></summary>
    private static ExampleCommand Cluster(TimeProvider time)
    {
        var connection = new Option<string?>("--connection") { Description = "A PostgreSQL of yours. Default: one of its own, thrown away at the end.", HelpName = "CONNECTION" };
        var set = new DemoOptionSet();
        var command = new ExampleCommand(
            "cluster",
            "The same with three nodes over one PostgreSQL: one is killed in the middle, its shards move to the others, and it comes back.",
            "herald demo cluster", "herald demo cluster --for 15s --plain", "herald demo cluster --connection postgres://herald@127.0.0.1/herald")
        { connection };
        set.AddTo(command);
        command.SetAction(async (parsed, cancel) => (int)await new DemoRun(
            set.Read(parsed, null), (_, stop) => ClusterStage.StartAsync(parsed.GetValue(connection), time, stop), set.TerminalOf(parsed), time).RunAsync(cancel));
        return command;
    }
}
