using Herald.Contracts.Stores;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Postgres.Migrations;
using Herald.TestKit.Databases;
using Herald.TestKit.Time;
using Npgsql;

namespace Herald.Postgres.Tests;

/// <summary>A store in a schema of its own, on the server that all tests share.</summary>
internal sealed class PostgresHarness(Func<PostgresOptions, PostgresOptions>? adjust = null) : StoreHarness
{
    private static readonly Lazy<Task<string>> Database = new(async () => await (await PostgresServer.SharedAsync()).CreateDatabaseAsync("contracts"));
    private static int _schemas;

    private readonly string _schema = $"store_{Interlocked.Increment(ref _schemas)}";
    private readonly List<PostgresStore> _others = [];
    private PostgresStore? _store;

    public PostgresStore Store => _store ?? throw new InvalidOperationException("Not started.");
    public PostgresOptions Options { get; private set; } = null!;

    public override IEventLog Log => Store;
    public override ISourcePositions Positions => Store;
    public override IShardStore Shards => Store;
    public override IStateReader State => Store;
    public override ICatalogStore Catalog => Store;
    public override IDeadLetterStore DeadLetters => Store;
    public override IOwnership Ownership => Store;
    public override StoreNode Node => NodeOf(Store);
    public override bool CanHaveMoreNodes => true;
    public override bool LeasesExpire => true;
    public override bool TellsOfShards => Options.Wake == WakeMode.Notify;

    public override async ValueTask StartAsync()
    {
        var options = new PostgresOptions { Connection = await Database.Value, Schema = _schema, ShardCount = 16 };
        Options = adjust is null ? options : adjust(options);
        await Until.EndsAsync(MigrateAsync(), "migration of the schema");
        var opening = OpenAsync().AsTask();
        await Until.EndsAsync(opening, "opening of the store");
        _store = await opening;
    }

    /// <summary>Opens another node on the same tables.</summary>
    public ValueTask<PostgresStore> OpenAsync() => PostgresStore.OpenAsync(Options, Clock);

    public override async ValueTask ReopenAsync()
    {
        await Store.DisposeAsync();
        _store = await OpenAsync();
    }

    public override async ValueTask<StoreNode> OpenNodeAsync()
    {
        var other = await OpenAsync();
        _others.Add(other);
        return NodeOf(other);
    }

    /// <summary>Cuts off the end of the record. Rows have no checksum, so this is damage that the store can notice.</summary>
    public override async ValueTask DamageAsync(ShardId shard, long sequence)
    {
        await Store.DisposeAsync();
        var tables = new List<string>();
        await using (var connection = new NpgsqlConnection(await Database.Value))
        {
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand($"select format('%I.%I', schemaname, tablename) from pg_tables where schemaname = '{_schema}_log' and tablename like 'event%'", connection);
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
                tables.Add(reader.GetString(0));
        }
        foreach (var table in tables)
            await ExecuteAsync($"update {table} set record = substring(record from 1 for length(record) - 3) where shard = {shard.Value} and sequence = {sequence}");
        _store = await OpenAsync();
    }

    public override async ValueTask FreeAsync()
    {
        // In these steps a period begins, becomes too old, and is removed.
        for (var i = 0; i < 4; i++)
        {
            Clock.Advance(TimeSpan.FromDays(4));
            await Store.RenewAsync(CancellationToken.None);
            await Store.KeepAsync(TimeSpan.FromMinutes(1));
        }
    }

    public override async ValueTask DisposeAsync()
    {
        if (_store is null)
            return;
        foreach (var other in _others)
            await Until.EndsAsync(other.DisposeAsync().AsTask(), "closing of another node");
        await Until.EndsAsync(_store.DisposeAsync().AsTask(), "closing of the store");
        await ExecuteAsync($"drop schema {_schema} cascade; drop schema {_schema}_log cascade");
    }

    public async Task<object?> ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(Options.Connection);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    private static StoreNode NodeOf(PostgresStore store) => new(store, store, store.DisposeAsync);

    private async Task MigrateAsync()
    {
        await using var source = ConnectionForm.Parse(Options.Connection).CreateDataSource();
        await new MigrationRunner(source, StoreMigrations.Load(), new MigrationOptions { Schema = _schema }, TimeProvider.System, _ => { }).UpAsync(null, CancellationToken.None);
    }
}
