using System.CommandLine;
using Herald.Cli.Backups;
using Herald.Cli.Configuration;
using Herald.Cli.DeadLetters;
using Herald.Cli.Events;
using Herald.Cli.Publishing;
using Herald.Cli.Serve;
using Herald.Cli.Subscriptions;
using Herald.Cli.Tail;
using Herald.Cli.Topics;
using Herald.Cli.Transfer;
using Herald.Hosting.Commands;
using Herald.Hosting.Modules;
using Herald.Server;

namespace Herald.Cli.CommandLine;

/// <summary>All commands of <c>herald</c>: its own, and those of the modules.</summary>
public static class HeraldCommandLine
{
    public static RootCommand Create(TimeProvider time) => Create(Modules.All, time);

    public static RootCommand Create(ModuleSet modules, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(modules);
        return CommandRoot.Create(Merge(
        [
            ServeCommand.Create(modules, time),
            ConfigCommand.Create(modules),
            TopicsCommand.Create(),
            PublishCommand.Create(time),
            SubscriptionsCommand.Create(),
            EventsCommand.Create(),
            DeadLettersCommand.Create(),
            TailCommand.Create(),
            .. modules.Applications.Select(application => CommandOf(application, modules, time)),
            BackupCommand.Create(),
            ExportCommand.Create(modules, time),
            ImportCommand.Create(modules, time),
            VersionCommand.Create(),
            .. modules.All.SelectMany(module => module.Commands(time)),
        ]));
    }

    public static Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, TimeProvider time, CancellationToken cancel) =>
        CommandRoot.RunAsync(Create(time), args, output, error, cancel);

    /// <summary><c>herald orders</c>: a server with the application, and its settings. The application's module adds further commands.</summary>
    private static ExampleCommand CommandOf(IApplicationModule application, ModuleSet modules, TimeProvider time) =>
        new(application.Name, application.Purpose, [.. application.ServeExamples.Take(1)])
        {
            ServeCommand.Create(modules, time, application),
            ConfigCommand.Create(modules, application),
        };

    /// <summary>Commands with the same name become one, with the subcommands and the examples of all.</summary>
    private static IEnumerable<Command> Merge(IEnumerable<Command> commands)
    {
        foreach (var same in commands.GroupBy(command => command.Name))
        {
            var (first, others) = (same.First(), same.Skip(1).ToList());
            foreach (var subcommand in others.SelectMany(other => other.Subcommands).ToList())
                first.Subcommands.Add(subcommand);
            if (first is ExampleCommand shown)
            {
                foreach (var example in others.OfType<ExampleCommand>().SelectMany(other => other.Examples))
                    shown.Examples.Add(example);
            }
            yield return first;
        }
    }
}
