using Herald.Engine.Stores;
using Herald.Hosting;
using Herald.Postgres;
using Herald.Postgres.Migrations;
using Microsoft.Extensions.Logging;

namespace Herald.Server.Stores;

/// <summary>Opens the PostgreSQL store that nodes share. It first applies the migrations, unless the operator does that.</summary>
internal static class PostgresOpening
{
    private static readonly Task<Exception> Never = new TaskCompletionSource<Exception>().Task;

    public static async Task<OpenStore> OpenAsync(ServerOptions options, ServerServices services, CancellationToken cancel)
    {
        var log = services.Logging.CreateLogger("Herald.Postgres");
        var connection = ConnectionText.Parse(options.Postgres.Connection);
        try
        {
            await MigrateAsync(options, connection, services.Time, told => log.LogInformation("{Told}", told), cancel);
            var store = await PostgresStore.OpenAsync(options.Postgres, services.Time, notice => log.LogWarning("{Notice}", notice), cancel);
            return new OpenStore
            {
                Log = store,
                Positions = store,
                Shards = store,
                State = store,
                Catalog = store,
                DeadLetters = store,
                Ownership = store,
                Failed = Never,
                WriteMetrics = text => PostgresMetrics.Write(text, store.Statistics),
                Troubles = () => store.Troubles,
                Owner = store,
            };
        }
        catch (Exception e) when (e is MigrationException or PostgresStoreException or StoreUnavailableException or Npgsql.NpgsqlException)
        {
            throw new ServerStartException($"postgres.connection = '{connection}': {e.Message}", e);
        }
    }

    /// <summary>Applies the migrations, or, if the operator does that, checks that all are applied.</summary>
    public static async Task MigrateAsync(ServerOptions options, ConnectionText connection, TimeProvider time, Action<string> tell, CancellationToken cancel)
    {
        await using var source = connection.CreateDataSource();
        var runner = new MigrationRunner(
            source, StoreMigrations.Load(), new MigrationOptions { Schema = options.Postgres.Schema }, time, tell);
        if (options.Postgres.Migrate)
            await runner.UpAsync(null, cancel);
        else if ((await runner.StatusAsync(cancel)).Where(s => s.State != MigrationState.Applied).ToList() is { Count: > 0 } open)
            throw new ServerStartException(
                $"postgres.migrate = 'false', but {open.Count} migrations of schema '{options.Postgres.Schema}' are not applied ({string.Join(", ", open.Select(s => $"{s.Id:0000}-{s.Name}"))}). Run `herald migrate up`.");
    }
}
