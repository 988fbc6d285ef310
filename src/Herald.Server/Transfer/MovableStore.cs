using Herald.Engine.Transfer;
using Herald.Journal.Transfer;
using Herald.Postgres;
using Herald.Postgres.Migrations;
using Herald.Postgres.Transfer;
using Herald.Server.Stores;

namespace Herald.Server.Transfer;

/// <summary>Opens the store of a server in order to move it, without running the server.</summary>
public static class MovableStore
{
    /// <summary>Opens an existing store with the tables of this version. Nothing is created or changed.</summary>
    public static async Task<IStoreSource> OpenSourceAsync(ServerOptions options, TimeProvider time, Action<string> notices, CancellationToken cancel)
    {
        if (options.Store == StoreKind.Embedded)
            return await JournalSource.OpenAsync(options.Journal with { Directory = options.DataDirectory }, time, notices, cancel);
        var connection = ConnectionText.Parse(options.Postgres.Connection);
        await using (var source = connection.CreateDataSource())
        {
            var runner = new MigrationRunner(source, StoreMigrations.Load(), new MigrationOptions { Schema = options.Postgres.Schema }, time, notices);
            if ((await runner.StatusAsync(cancel)).All(status => status.State != MigrationState.Applied))
                throw new MoveRefusedException($"There is no store in schema '{options.Postgres.Schema}' of {connection}.");
        }
        await PostgresOpening.MigrateAsync(options with { Postgres = options.Postgres with { Migrate = false } }, connection, time, notices, cancel);
        return await PostgresSource.OpenAsync(options.Postgres, time, notices, cancel);
    }

    /// <summary>Opens a place without a store. Tables are created as for a server.</summary>
    public static async Task<IStoreTarget> OpenTargetAsync(ServerOptions options, TimeProvider time, Action<string> notices, CancellationToken cancel)
    {
        if (options.Store == StoreKind.Embedded)
            return await JournalTarget.OpenAsync(options.Journal with { Directory = options.DataDirectory }, time, notices, cancel);
        await PostgresOpening.MigrateAsync(options, ConnectionText.Parse(options.Postgres.Connection), time, notices, cancel);
        return await PostgresTarget.OpenAsync(options.Postgres, time, notices, cancel);
    }
}
