using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Herald.Cli.Alarms;
using Herald.Cli.Backups;
using Herald.Cli.Benching;
using Herald.Cli.Benching.Parts;
using Herald.Cli.Catching;
using Herald.Cli.Configuration;
using Herald.Cli.DeadLetters;
using Herald.Cli.Demo;
using Herald.Cli.Events;
using Herald.Cli.Migrating;
using Herald.Cli.Moving;
using Herald.Cli.Orders;
using Herald.Cli.Publishing;
using Herald.Cli.Scenarios;
using Herald.Cli.Serving;
using Herald.Cli.Subscriptions;
using Herald.Cli.Tailing;
using Herald.Cli.Topics;
using Herald.Postgres.Migrations;

namespace Herald.Cli.CommandLine;

/// <summary>All commands of <c>herald</c>, and how one is run.</summary>
internal static class HeraldCommandLine
{
    public static RootCommand Create(TimeProvider time)
    {
        var root = new RootCommand("Herald delivers every event to every subscriber, in order per key.")
        {
            CommonOptions.Json,
            CommonOptions.TokenFile,
            ServeCommand.Create(time),
            ConfigCommand.Create(),
            DemoCommand.Create(time),
            TopicsCommand.Create(),
            PublishCommand.Create(time),
            SubscriptionsCommand.Create(),
            EventsCommand.Create(),
            DeadLettersCommand.Create(),
            TailCommand.Create(),
            CatcherCommand.Create(time),
            OrdersCommand.Create(time),
            AlarmsCommand.Create(time),
            ScenarioCommand.Create(time),
            BackupCommand.Create(),
            ExportCommand.Create(time),
            ImportCommand.Create(time),
            MigrateCommand.Create(time, StoreMigrations.Load),
            BenchCommand.Create(time),
            PartCommand.Create(time),
            VersionCommand.Create(),
        };
        ExampleCommand.ShowExamplesInHelp(root);
        return root;
    }

    public static Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, TimeProvider time, CancellationToken cancel) =>
        RunAsync(Create(time), args, output, error, cancel);

    public static async Task<int> RunAsync(RootCommand root, string[] args, TextWriter output, TextWriter error, CancellationToken cancel)
    {
        var parsed = root.Parse(args);
        // Signals are ours (see Interruption), and so are exit codes.
        var console = new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        if (parsed.Errors.Count > 0 && parsed.Action is not CommandLineAction { ClearsParseErrors: true })
        {
            foreach (var problem in parsed.Errors)
                error.WriteLine(problem.Message);
            error.WriteLine($"See: {Path(parsed.CommandResult)} --help");
            return (int)ExitCode.BadUsage;
        }
        try
        {
            return await parsed.InvokeAsync(console, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return (int)ExitCode.Interrupted;
        }
        catch (Exception defect)
        {
            error.WriteLine($"{Path(parsed.CommandResult)} has failed, which should not happen: {defect}");
            return (int)ExitCode.Failed;
        }
    }

    private static string Path(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{Path(parent)} {result.Command.Name}" : "herald";
}
