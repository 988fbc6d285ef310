using Herald.Engine.Basics;
using Herald.Engine.Stores;
using Herald.Engine.Transfer;
using Herald.Hosting;
using Herald.Hosting.Commands;
using Herald.Hosting.Modules;
using Herald.Hosting.Settings;
using Herald.Postgres.Hosting.Commands;
using Herald.Postgres.Migrations;
using Herald.Postgres.Transfer;
using Npgsql;

namespace Herald.Postgres.Hosting;

/// <summary>
/// The store in PostgreSQL as a module. A server first applies the migrations, unless the operator does that with <c>herald migrate</c>.
/// </summary>
public sealed class PostgresModule : IStoreModule
{
    public string Name => "postgres";

    public IReadOnlyList<SettingSection> Sections =>
        [new SettingSection<PostgresOptions>("postgres", "The store in PostgreSQL", () => new() { Connection = "" }) { Rules = BrokenRules }];

    public bool IsShared => true;

    public IReadOnlyList<ModuleCommand> Commands(TimeProvider time) => [new(MigrateCommand.Create(time, StoreMigrations.Load))];

    public IEnumerable<SettingProblem> BrokenRules(BoundOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Get<PostgresOptions>().Connection.Length == 0)
        {
            yield return new(
                "postgres.connection",
                "The store is postgres, so its address is needed. Set postgres.connection (--connection, HERALD__POSTGRES__CONNECTION), "
                + "for example postgres://herald@127.0.0.1/herald.")
            { Others = ["store"] };
        }
    }

    public async Task<OpenStore> OpenAsync(StoreContext context, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(context);
        var options = context.Options.Get<PostgresOptions>();
        try
        {
            await MigrateAsync(options, context, cancel).ConfigureAwait(false);
            var store = await PostgresStore.OpenAsync(options, context.Time, context.Warn, cancel).ConfigureAwait(false);
            return new OpenStore
            {
                Log = store,
                Positions = store,
                Shards = store,
                State = store,
                Catalog = store,
                DeadLetters = store,
                Ownership = store,
                WriteMetrics = text => PostgresMetrics.Write(text, store.Statistics),
                Troubles = () => store.Troubles,
                Outage = () => store.Outage,
                OwnBackup = "The store is a PostgreSQL database. Back it up with its own tools, such as pg_basebackup or pg_dump.",
                Owner = store,
            };
        }
        catch (Exception e) when (e is MigrationException or PostgresStoreException or StoreUnavailableException or NpgsqlException)
        {
            var reason = e is NpgsqlException lost and not PostgresException ? DatabaseFailure.Reason(lost) : e.Message.TrimEnd('.');
            throw new ServerStartException(
                $"--connection {ConnectionForm.Parse(options.Connection)}: {reason}. Herald needs this database to start.", e);
        }
    }

    public async Task<IStoreSource> OpenSourceAsync(StoreContext context, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(context);
        var options = context.Options.Get<PostgresOptions>();
        var connection = ConnectionForm.Parse(options.Connection);
        var source = connection.CreateDataSource();
        await using (source.ConfigureAwait(false))
        {
            var runner = new MigrationRunner(
                source, StoreMigrations.Load(), new() { Schema = options.Schema }, context.Time, context.Inform);
            if ((await runner.StatusAsync(cancel).ConfigureAwait(false)).All(status => status.State != MigrationState.Applied))
                throw new MoveRefusedException($"There is no store in schema '{options.Schema}' of {connection}.");
        }
        await MigrateAsync(options with { Migrate = false }, context, cancel).ConfigureAwait(false);
        return await PostgresSource.OpenAsync(options, context.Time, context.Inform, cancel).ConfigureAwait(false);
    }

    public async Task<IStoreTarget> OpenTargetAsync(StoreContext context, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(context);
        var options = context.Options.Get<PostgresOptions>();
        await MigrateAsync(options, context, cancel).ConfigureAwait(false);
        return await PostgresTarget.OpenAsync(options, context.Time, context.Inform, cancel).ConfigureAwait(false);
    }

    public (ExitCode Code, string Message)? Explain(Exception failure, StoreContext context)
    {
        ArgumentNullException.ThrowIfNull(failure);
        ArgumentNullException.ThrowIfNull(context);
        return failure switch
        {
            StoreUnavailableException { InnerException: PostgresException refused } =>
                (DatabaseFailure.CodeOf(refused.SqlState), failure.Message),
            MigrationException { Fault: var fault } => (DatabaseFailure.CodeOf(fault), failure.Message),
            PostgresException refused => (
                DatabaseFailure.CodeOf(refused.SqlState),
                $"PostgreSQL at {Address()} refused: {refused.MessageText} ({refused.SqlState})"),
            NpgsqlException lost => (ExitCode.NotReachable, $"PostgreSQL cannot be used at {Address()}: {DatabaseFailure.Reason(lost)}."),
            PostgresStoreException => (ExitCode.Failed, failure.Message),
            _ => null,
        };

        ConnectionForm Address() => ConnectionForm.Parse(context.Options.Get<PostgresOptions>().Connection);
    }

    private static IEnumerable<SettingProblem> BrokenRules(PostgresOptions options)
    {
        if (options.AppendPipelines > options.Connections - 2)
        {
            yield return new(
                "appendPipelines", $"Must leave two connections for other work (postgres.connections is {options.Connections}).")
            { Others = ["connections"] };
        }
    }

    /// <summary>Applies the migrations, or, if the operator does that, checks that all are applied.</summary>
    private static async Task MigrateAsync(PostgresOptions options, StoreContext context, CancellationToken cancel)
    {
        var source = ConnectionForm.Parse(options.Connection).CreateDataSource();
        await using (source.ConfigureAwait(false))
        {
            var runner = new MigrationRunner(
                source, StoreMigrations.Load(), new() { Schema = options.Schema }, context.Time, context.Inform);
            if (options.Migrate)
            {
                await runner.UpAsync(null, cancel).ConfigureAwait(false);
                return;
            }
            var statuses = await runner.StatusAsync(cancel).ConfigureAwait(false);
            var open = statuses.Where(status => status.State != MigrationState.Applied).Select(
                status => $"{status.Id:0000}-{status.Name}").ToList();
            if (open.Count > 0)
            {
                throw new ServerStartException(
                    $"postgres.migrate = 'false', but {open.Count} migrations of schema '{options.Schema}' are not applied "
                    + $"({string.Join(", ", open)}). Run `{OwnCommand.With("migrate up")}`.");
            }
        }
    }
}
