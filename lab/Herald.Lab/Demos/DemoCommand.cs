using System.CommandLine;
using Herald.Hosting.Commands;
using Herald.Lab.Alarms;
using Herald.Lab.Demos.Alarms;
using Herald.Lab.Demos.Orders;
using Herald.Lab.Scenarios;

namespace Herald.Lab.Demos;

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
            "herald demo", "herald demo --for 10s --plain", "herald demo --rate 5000 --keys 10000", "herald demo cluster", "herald demo orders", "herald demo alarms")
        { data, Cluster(time), Orders(time), Alarms(time) };
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

    /// <summary><c>herald demo orders</c></summary>
    private static ExampleCommand Orders(TimeProvider time)
    {
        var via = new Option<Entrance>("--via") { Description = "http: published to Herald; kafka: published to a Kafka to throw away, from where Herald reads.", HelpName = "ENTRANCE" };
        var set = new DemoOptionSet(usualRate: 500);
        var command = new ExampleCommand(
            "orders",
            "The orders application: handlers find themselves a customer each; one is killed in the middle, and an idle one takes its customer over.",
            "herald demo orders", "herald demo orders --for 15s --plain", "herald demo orders --via kafka")
        { via };
        set.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            await using var demo = new OrdersDemo(set.Read(parsed, null), parsed.GetValue(via), set.TerminalOf(parsed), time);
            return (int)await demo.RunAsync(cancel);
        });
        return command;
    }

    /// <summary><c>herald demo alarms</c></summary>
    private static ExampleCommand Alarms(TimeProvider time)
    {
        var bursts = DemoOptionSet.Count("--bursts", "Bursts, one after another.", 60, 1_000_000);
        var users = DemoOptionSet.Count("--users", "Users of a burst: each has alarms that change, and asks for digests.", 200, 100_000);
        var noStream = new Option<bool>(NatsOptionSet.NoStreamOption) { Description = "NATS without JetStream." };
        var drain = Duration.Option("--drain-for", "How long is waited at most while no digest comes.", TimeSpan.FromSeconds(60));
        var plain = new Option<bool>("--plain") { Description = "A line a second instead of a live table." };
        var command = new ExampleCommand(
            "alarms",
            "The alarms application: users' alarms change in every way there is, over a nats-server of its own, and each digest is checked.",
            "herald demo alarms", "herald demo alarms --bursts 5 --plain", "herald demo alarms --no-stream")
        { bursts, users, noStream, drain, plain };
        command.SetAction(async (parsed, cancel) =>
        {
            var console = parsed.InvocationConfiguration;
            var terminal = new Terminal(console.Output, console.Error, parsed.GetValue(CommonOptions.Json));
            var options = new AlarmsDemoOptions(
                parsed.GetValue(bursts), parsed.GetValue(users), !parsed.GetValue(noStream), parsed.GetValue(drain),
                parsed.GetValue(plain) || terminal.Json || Console.IsOutputRedirected, terminal.Json);
            return (int)await new AlarmsDemo(options, terminal, time).RunAsync(cancel);
        });
        return command;
    }
}
