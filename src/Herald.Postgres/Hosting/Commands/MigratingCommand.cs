using System.CommandLine;
using Herald.Hosting.Commands;
using Herald.Postgres.Migrations;
using Npgsql;

namespace Herald.Postgres.Hosting.Commands;

/// <summary>A command that works on the tables of a database directly, without a server.</summary>
internal sealed class MigratingCommand : ExampleCommand
{
    private const string ConnectionVariable = "HERALD__POSTGRES__CONNECTION", FormerVariable = "HERALD_CONNECTION";

    private static readonly Option<string?> Connection = new("--connection")
    {
        Description =
            "The database, such as postgres://herald@db.example/herald, or Npgsql's Host=…;Database=…. Other users of this machine "
            + $"can read command lines, so put a password into the environment variable {ConnectionVariable}.",
        HelpName = "DATABASE",
    };

    private static readonly Option<string> Schema = new("--schema")
    {
        Description = "The schema of Herald's tables.",
        HelpName = "NAME",
        DefaultValueFactory = _ => MigrationOptions.DefaultSchema,
    };

    private static readonly Option<Duration> Patience =
        Duration.Option("--wait-for", "How long to wait while another program migrates.", MigrationOptions.DefaultPatience);

    public MigratingCommand(string name, string description, params string[] examples) : base(name, description, examples)
    {
        Options.Add(Connection);
        Options.Add(Schema);
        Options.Add(Patience);
    }

    /// <summary>Sets the action of the command. Its exceptions become exit codes here, and only here.</summary>
    public MigratingCommand Runs(TimeProvider time, Func<MigrationSet> load, Func<MigrationRunner, MigratingCall, Task<ExitCode>> run)
    {
        SetAction(async (parsed, cancel) => (int)await RunAsync(time, load, run, parsed, cancel));
        return this;
    }

    private static async Task<ExitCode> RunAsync(
        TimeProvider time, Func<MigrationSet> load, Func<MigrationRunner, MigratingCall, Task<ExitCode>> run, ParseResult parsed,
        CancellationToken cancel)
    {
        var terminal = Terminal.Of(parsed);
        if (Environment.GetEnvironmentVariable(FormerVariable) is { Length: > 0 })
            return terminal.Fail(ExitCode.BadUsage, $"{FormerVariable} is now called {ConnectionVariable}.");
        if (parsed.GetValue(Connection) is not { Length: > 0 } given && (given = Environment.GetEnvironmentVariable(ConnectionVariable)) is not { Length: > 0 })
            return terminal.Fail(ExitCode.BadUsage, $"Name the database with --connection or {ConnectionVariable}. {ConnectionForm.Rule}");
        var options = new MigrationOptions { Schema = parsed.GetRequiredValue(Schema), Patience = parsed.GetValue(Patience) };
        if (options.Validate() is { } wrong)
            return terminal.Fail(ExitCode.BadUsage, wrong);
        ConnectionForm connection;
        try
        {
            connection = ConnectionForm.Parse(given);
        }
        catch (FormatException refused)
        {
            return terminal.Fail(ExitCode.BadUsage, refused.Message);
        }
        await using var database = connection.CreateDataSource();
        try
        {
            return await run(new MigrationRunner(database, load(), options, time, terminal.Error.WriteLine), new(parsed, terminal, cancel));
        }
        catch (MigrationException failure)
        {
            return terminal.Fail(DatabaseFailure.CodeOf(failure.Fault), failure.Message);
        }
        catch (PostgresException refused)
        {
            return terminal.Fail(DatabaseFailure.CodeOf(refused.SqlState),
                $"PostgreSQL at {connection} refused: {refused.MessageText} ({refused.SqlState})");
        }
        catch (NpgsqlException failure) when (!cancel.IsCancellationRequested)
        {
            return terminal.Fail(
                ExitCode.NotReachable,
                $"PostgreSQL cannot be used at {connection}: {DatabaseFailure.Reason(failure)}. Give its address with --connection "
                    + $"or {ConnectionVariable}.");
        }
    }
}
