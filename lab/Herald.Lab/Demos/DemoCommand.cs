using System.CommandLine;
using Herald.Alarms.Commands;
using Herald.Hosting.Commands;
using Herald.Lab.Demos.Alarms;
using Herald.Lab.Demos.Notifications;
using Herald.Lab.Demos.Orders;
using Herald.Lab.Scenarios;

namespace Herald.Lab.Demos;

/// <summary><c>herald demo</c></summary>
internal static class DemoCommand
{
    public static Command Create(TimeProvider time)
    {
        var data = new Option<DirectoryInfo?>("--data")
        {
            Description = "A new or empty directory in which the server keeps its data. Default: a temporary one.",
            HelpName = "DIR",
        };
        var single = new DemoOptionSet();
        var command = new ExampleCommand(
            "demo",
            "Runs a server and a healthy, a slow, a flaky and a dying receiver, publishes orders, and checks that no event "
                + "is lost or out of order.",
            "herald demo", "herald demo --for 10s --plain", "herald demo --rate 5000 --keys 10000", "herald demo cluster",
            "herald demo orders", "herald demo alarms", "herald demo notifications")
        { data, Cluster(time), Orders(time), Alarms(time), Notifications(time) };
        single.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var options = single.Read(parsed, parsed.GetValue(data));
            var terminal = Terminal.Of(parsed);
            if (options.Data is { Exists: true } directory && directory.EnumerateFileSystemInfos().Any())
                return (int)terminal.Fail(ExitCode.BadUsage,
                    $"--data {directory.FullName}: the directory is not empty. Give the demo a new or empty one.");
            return (int)await new DemoRun(options, (at, stop) => SingleStage.StartAsync(at, time, stop), terminal, time).RunAsync(cancel);
        });
        return command;
    }

    /// <summary><c>herald demo cluster</c></summary>
    private static ExampleCommand Cluster(TimeProvider time)
    {
        var connection = new Option<string?>("--connection")
        {
            Description = "An existing PostgreSQL database, such as postgres://herald@127.0.0.1/herald. Default: a temporary server.",
            HelpName = "CONNECTION",
        };
        var set = new DemoOptionSet();
        var command = new ExampleCommand(
            "cluster",
            "The same with three nodes over one PostgreSQL. One node is killed, its shards move to the others, and it starts again.",
            "herald demo cluster", "herald demo cluster --for 15s --plain",
            "herald demo cluster --connection postgres://herald@127.0.0.1/herald")
        { connection };
        set.AddTo(command);
        command.SetAction(async (parsed, cancel) => (int)await new DemoRun(
            set.Read(parsed, null), (_, stop) => ClusterStage.StartAsync(parsed.GetValue(connection), time, stop), Terminal.Of(parsed), time)
            .RunAsync(cancel));
        return command;
    }

    /// <summary><c>herald demo orders</c></summary>
    private static ExampleCommand Orders(TimeProvider time)
    {
        var via = new Option<Entrance>("--via")
        {
            Description = "Where orders are published: http (to Herald) or kafka (to a temporary Kafka that Herald reads).",
            HelpName = "ENTRANCE",
        };
        var set = new DemoOptionSet(usualRate: 500);
        var command = new ExampleCommand(
            "orders",
            "Runs the orders application with handlers that each register for a customer. One is killed, and an idle one "
                + "takes over its customer.",
            "herald demo orders", "herald demo orders --for 15s --plain", "herald demo orders --via kafka")
        { via };
        set.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            await using var demo = new OrdersDemo(set.Read(parsed, null), parsed.GetValue(via), Terminal.Of(parsed), time);
            return (int)await demo.RunAsync(cancel);
        });
        return command;
    }

    /// <summary><c>herald demo alarms</c></summary>
    private static ExampleCommand Alarms(TimeProvider time)
    {
        var bursts = DemoOptionSet.Count("--bursts", "The number of bursts, one after another.", 60, 1_000_000);
        var users = DemoOptionSet.Count("--users",
            "The number of users in each burst. Each user has alarms that change, and requests digests.", 200, 100_000);
        var noStream = new Option<bool>(NatsOptionSet.NoStreamOption) { Description = "Use NATS without JetStream." };
        var drain = Duration.Option("--drain-for", "How long to wait at the end while no digest arrives.", TimeSpan.FromSeconds(60));
        var plain = new Option<bool>("--plain") { Description = "Print a line per second instead of a live table." };
        var command = new ExampleCommand(
            "alarms",
            "Runs the alarms application with a temporary nats-server, changes the alarms of many users, and checks each digest.",
            "herald demo alarms", "herald demo alarms --bursts 5 --plain", "herald demo alarms --no-stream")
        { bursts, users, noStream, drain, plain };
        command.SetAction(async (parsed, cancel) =>
        {
            var terminal = Terminal.Of(parsed);
            var options = new AlarmsDemoOptions(
                parsed.GetValue(bursts), parsed.GetValue(users), !parsed.GetValue(noStream), parsed.GetValue(drain),
                parsed.GetValue(plain) || terminal.Json || Console.IsOutputRedirected, terminal.Json);
            return (int)await new AlarmsDemo(options, terminal, time).RunAsync(cancel);
        });
        return command;
    }

    /// <summary><c>herald demo notifications</c></summary>
    private static ExampleCommand Notifications(TimeProvider time)
    {
        var count = DemoOptionSet.Count("--count", "The number of notifications. Each is posted twice.", 10_000, 1_000_000);
        var load = Duration.Option("--for", "How long the posting takes.", TimeSpan.FromSeconds(15));
        var drain = Duration.Option("--drain-for", "How long to wait at the end until all are sent.", TimeSpan.FromSeconds(60));
        var plain = new Option<bool>("--plain") { Description = "Print a line per second instead of a live table." };
        var command = new ExampleCommand(
            "notifications",
            "Runs the notifications application with a mail server, a gateway for text messages, a chat and a push service of its own. Posts "
                + "notifications, each twice, while one provider is down for a third of the run and the server is killed once.",
            "herald demo notifications", "herald demo notifications --count 1000 --for 5s --plain")
        { count, load, drain, plain };
        command.SetAction(async (parsed, cancel) =>
        {
            var terminal = Terminal.Of(parsed);
            var options = new NotificationsDemoOptions(
                parsed.GetValue(count), parsed.GetValue(load), parsed.GetValue(drain),
                parsed.GetValue(plain) || terminal.Json || Console.IsOutputRedirected, terminal.Json);
            return (int)await new NotificationsDemo(options, terminal, time).RunAsync(cancel);
        });
        return command;
    }
}
