using Herald.Cli.Configuration;
using Herald.Cli.Migrations;
using Herald.Engine.Stores;
using Herald.Engine.Transfer;
using Herald.Hosting;
using Herald.Hosting.Commands;
using Herald.Journal;
using Herald.Postgres;
using Herald.Postgres.Migrations;
using Herald.Server;
using Herald.Server.Settings;
using Npgsql;

namespace Herald.Cli.Transfer;

/// <summary>A command that works on a store directly, with the settings of its server, which must not be running.</summary>
internal sealed class MovingCommand(string name, string description, params string[] examples) : ExampleCommand(name, description, examples)
{
    /// <summary>Sets the action of the command. Its exceptions become exit codes here, and only here.</summary>
    public MovingCommand Runs(Func<MovingCall, Task<ExitCode>> run)
    {
        var settings = new SettingOptions(this);
        SetAction(async (parsed, cancel) =>
        {
            var console = parsed.InvocationConfiguration;
            var terminal = new Terminal(console.Output, console.Error, parsed.GetValue(CommonOptions.Json));
            var loaded = settings.Load(parsed);
            return (int)(loaded.Errors.Count > 0
                ? terminal.Fail(ExitCode.BadUsage, string.Join(Environment.NewLine, loaded.Errors))
                : await RunAsync(run, new MovingCall(parsed, ServerSections.Compose(loaded.Options), terminal, cancel)));
        });
        return this;
    }

    private static async Task<ExitCode> RunAsync(Func<MovingCall, Task<ExitCode>> run, MovingCall call)
    {
        try
        {
            return await run(call);
        }
        catch (Exception failure) when (!call.Cancel.IsCancellationRequested && CodeOf(failure) is { } code)
        {
            return call.Terminal.Fail(code, Describe(failure, call.Options));
        }
    }

    private static ExitCode? CodeOf(Exception failure) => failure switch
    {
        MoveRefusedException or JournalUnfinishedException or JournalFormatException or JournalDirectoryException => ExitCode.Refused,
        StoreBusyException or JournalInUseException => ExitCode.Unavailable,
        StoreUnavailableException { InnerException: PostgresException refused } => DatabaseFailure.CodeOf(refused.SqlState),
        StoreUnavailableException => ExitCode.NotReachable,
        MigrationException { Fault: var fault } => DatabaseFailure.CodeOf(fault),
        PostgresException refused => DatabaseFailure.CodeOf(refused.SqlState),
        NpgsqlException => ExitCode.NotReachable,
        ServerStartException or PostgresStoreException or IOException or UnauthorizedAccessException => ExitCode.Failed,
        _ => null,
    };

    private static string Describe(Exception failure, ServerOptions options) => failure switch
    {
        PostgresException refused => $"PostgreSQL at {ConnectionText.Parse(options.Postgres.Connection)} refused: "
            + $"{refused.MessageText} ({refused.SqlState})",
        NpgsqlException lost => $"PostgreSQL cannot be used at {ConnectionText.Parse(options.Postgres.Connection)}: {DatabaseFailure.Reason(lost)}.",
        _ => failure.Message,
    };
}
