using System.CommandLine;
using Herald.Cli.Alarms;
using Herald.Cli.Backups;
using Herald.Cli.Configuration;
using Herald.Cli.DeadLetters;
using Herald.Cli.Events;
using Herald.Cli.Migrations;
using Herald.Cli.Orders;
using Herald.Cli.Publishing;
using Herald.Cli.Serve;
using Herald.Cli.Subscriptions;
using Herald.Cli.Tail;
using Herald.Cli.Topics;
using Herald.Cli.Transfer;
using Herald.Hosting.Commands;
using Herald.Lab;
using Herald.Postgres.Migrations;

namespace Herald.Cli.CommandLine;

/// <summary>All commands of <c>herald</c>.</summary>
public static class HeraldCommandLine
{
    public static RootCommand Create(TimeProvider time) => CommandRoot.Create(
    [
        ServeCommand.Create(time),
        ConfigCommand.Create(),
        TopicsCommand.Create(),
        PublishCommand.Create(time),
        SubscriptionsCommand.Create(),
        EventsCommand.Create(),
        DeadLettersCommand.Create(),
        TailCommand.Create(),
        OrdersCommand.Create(time),
        AlarmsCommand.Create(time),
        BackupCommand.Create(),
        ExportCommand.Create(time),
        ImportCommand.Create(time),
        MigrateCommand.Create(time, StoreMigrations.Load),
        VersionCommand.Create(),
        .. LabCommands.Create(time),
    ]);

    public static Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, TimeProvider time, CancellationToken cancel) =>
        CommandRoot.RunAsync(Create(time), args, output, error, cancel);
}
