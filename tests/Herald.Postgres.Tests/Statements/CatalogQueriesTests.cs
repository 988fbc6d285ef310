using System.Text;
using Herald.Engine;
using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Channels;
using Herald.Engine.Events;
using Herald.Postgres.Migrations;
using Herald.TestKit.Databases;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace Herald.Postgres.Tests.Statements;

/// <summary>Caching the catalog saves reads. The database counts how many are left.</summary>
public sealed class CatalogQueriesTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_thousand_publishes_to_a_known_topic_and_their_deliveries_read_no_record_of_the_catalog()
    {
        await using var server = await PostgresServer.StartAsync(("shared_preload_libraries", "pg_stat_statements"));
        var connection = await server.CreateDatabaseAsync("catalog");
        await using var source = NpgsqlDataSource.Create(connection);
        await ExecuteAsync(source, "create extension pg_stat_statements");
        await new MigrationRunner(source, StoreMigrations.Load(), new MigrationOptions(), TimeProvider.System, _ => { }).UpAsync(null, Cancel);
        await using var store = await PostgresStore.OpenAsync(new PostgresOptions { Connection = connection, ShardCount = 4 }, TimeProvider.System);
        var channel = new CountingChannel();
        var parts = new EngineParts(store, store, store, store, store, store, store, [channel], TimeProvider.System, new Random(1), NullLoggerFactory.Instance);
        await using var engine = await HeraldEngine.StartAsync(parts, new EngineOptions(), Cancel);
        await engine.Catalog.PutTopicAsync("orders", Cancel);
        Assert.True((await engine.Catalog.PutSubscriptionAsync(
            new SubscriptionDraft { Id = "s", Topic = "orders", Endpoint = "count://here/" }, new StartFrom.Now(), null, Cancel)).Done);
        // After these events the node's directory and its shards know the topic.
        for (var key = 0; key < 20; key++)
            await PublishAsync(engine, $"warm-{key}");
        await channel.WhenAsync(20, Cancel);
        Assert.NotEmpty(await RecordReadsAsync(source));

        await ExecuteAsync(source, "select pg_stat_statements_reset()");
        for (var i = 0; i < 1000; i++)
            await PublishAsync(engine, $"{i}");
        await channel.WhenAsync(1020, Cancel);
        Assert.Empty(await RecordReadsAsync(source));
    }

    private static async Task PublishAsync(HeraldEngine engine, string key)
    {
        var topic = await engine.Catalog.FindTopicAsync("orders", Cancel);
        using var batch = engine.Intake.Rent(topic!);
        Assert.Null(batch.Add(new EventDraft { Key = Encoding.UTF8.GetBytes(key), HasKey = true, Payload = "{}"u8 }));
        await engine.Intake.PublishAsync(batch);
    }

    // Appends and heartbeats read only the catalog's version, which is one number of an index. Reads of records contain the column "body".
    private static async Task<List<string>> RecordReadsAsync(NpgsqlDataSource source)
    {
        var found = new List<string>();
        await using var command = source.CreateCommand("select query from pg_stat_statements where query like '%.catalog c%' and query like '%c.body%'");
        await using var reader = await command.ExecuteReaderAsync(Cancel);
        while (await reader.ReadAsync(Cancel))
            found.Add(reader.GetString(0));
        return found;
    }

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancel);
    }

    private sealed class CountingChannel : IChannel
    {
        private readonly Lock _gate = new();
        private readonly List<(int Count, TaskCompletionSource Reached)> _waiting = [];
        private int _count;

        public IReadOnlyList<string> Schemes => ["count"];

        public string? Refuse(Uri endpoint) => null;

        public ValueTask<AttemptResult> TryAsync(Attempt attempt, CancellationToken cancel)
        {
            lock (_gate)
            {
                _count++;
                foreach (var waiting in _waiting.Where(w => w.Count <= _count))
                    waiting.Reached.TrySetResult();
            }
            return new(AttemptResult.Delivered);
        }

        public Task WhenAsync(int count, CancellationToken cancel)
        {
            lock (_gate)
            {
                if (_count >= count)
                    return Task.CompletedTask;
                var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiting.Add((count, reached));
                return reached.Task.WaitAsync(cancel);
            }
        }
    }
}
