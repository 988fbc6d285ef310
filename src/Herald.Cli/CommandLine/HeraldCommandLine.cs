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
    public static RootCommand Create(TimeProvider time) => Create(ModuleList.All, time);

    public static RootCommand Create(ModuleSet modules, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(modules);
        var brought = modules.Modules.SelectMany(module => module.Commands(time)).ToList();
        return CommandRoot.Create(
        [
            ServeCommand.Create(modules, time),
            ConfigCommand.Create(modules),
            TopicsCommand.Create(),
            PublishCommand.Create(time),
            SubscriptionsCommand.Create(time),
            EventsCommand.Create(time),
            DeadLettersCommand.Create(),
            TailCommand.Create(),
            .. modules.Applications.Select(application => CommandOf(application, brought, modules, time)),
            BackupCommand.Create(),
            ExportCommand.Create(modules, time),
            ImportCommand.Create(modules, time),
            VersionCommand.Create(),
            .. brought.Where(one => one.Below is null).Select(one => one.Command),
        ]);
    }

    public static Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, TimeProvider time, CancellationToken cancel) =>
        CommandRoot.RunAsync(Create(time), args, output, error, cancel, Screen.Of(output, time));

    /// <summary><c>herald orders</c>: a server with the application, its settings, and the commands that modules bring for it.</summary>
    private static ExampleCommand CommandOf(
        IApplicationModule application, IEnumerable<ModuleCommand> brought, ModuleSet modules, TimeProvider time)
    {
        Command[] own = [.. brought.Where(one => one.Below == application.Name).Select(one => one.Command)];
        var examples = own.OfType<ExampleCommand>().SelectMany(command => command.Examples.Take(1));
        var command = new ExampleCommand(application.Name, application.Purpose, [.. application.ServeExamples.Take(1), .. examples])
        {
            ServeCommand.Create(modules, time, application),
            ConfigCommand.Create(modules, application),
        };
        foreach (var one in own)
            command.Subcommands.Add(one);
        return command;
    }
}
