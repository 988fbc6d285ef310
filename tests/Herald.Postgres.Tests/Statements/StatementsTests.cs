using System.Text.RegularExpressions;
using Herald.Contracts.Stores;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Engine.Transfer;
using Herald.Postgres.Connections;
using Herald.Postgres.Migrations;
using Herald.Postgres.Transfer;
using Herald.TestKit.Databases;
using Npgsql;
using Xunit;

namespace Herald.Postgres.Tests.Statements;

/// <summary>Reads the statements that the database has counted, after the store has done everything that it can do.</summary>
public sealed partial class StatementsTests
{
    // Features that CockroachDB does not have or implements differently.
    private static readonly (string What, Regex Pattern)[] Refused =
    [
        ("advisory locks", Words(@"pg_(try_)?advisory\w*")),
        ("triggers, functions and procedures", Words(@"create\s+(or\s+replace\s+)?(trigger|function|procedure)|plpgsql|do\s+\$")),
        ("LISTEN and NOTIFY", Words(@"listen|unlisten|notify|pg_notify")),
        ("whole-table locks", Words(@"lock\s+table")),
        ("storage and system columns", Words(@"set\s+storage|ctid|xmin|xmax|tableoid")),
        ("system tables and functions", Words(@"pg_(?!catalog\b)\w+|information_schema")),
        ("settings of a session", Words(@"set\s+(session|search_path)|reset|discard")),
        ("copy, cursors, temporary and unlogged tables", Words(@"copy|declare|fetch|create\s+(temp|temporary|unlogged)")),
        ("declarative partitions, inheritance, exclusion", Words(@"partition\s+of|inherits|exclude\s+using|partition\s+by\s+(range|list|hash)")),
    ];

    private static readonly long[] FirstTwo = [1, 2];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Not_tried_on_CockroachDB_but_every_statement_keeps_to_what_it_documents()
    {
        await using var server = await PostgresServer.StartAsync(("shared_preload_libraries", "pg_stat_statements"), ("pg_stat_statements.max", "5000"));
        var connection = await server.CreateDatabaseAsync("statements");
        await using var source = NpgsqlDataSource.Create(connection);
        await ExecuteAsync(source, "create extension pg_stat_statements");
        await ExecuteAsync(source, "select pg_stat_statements_reset()");
        await new MigrationRunner(source, StoreMigrations.Load(), new MigrationOptions(), TimeProvider.System, _ => { }).UpAsync(null, Cancel);
        await DoEverythingAsync(connection);
        await new MigrationRunner(source, StoreMigrations.Load(), new MigrationOptions { Schema = "herald_moved" }, TimeProvider.System, _ => { }).UpAsync(null, Cancel);
        await MoveAsync(new PostgresOptions { Connection = connection }, "herald_moved");

        var statements = await ReadAsync(source);
        var own = statements.Where(sql => sql.Contains("herald", StringComparison.Ordinal)).ToList();
        // With too few statements, the check would find no faults because nothing was done.
        Assert.True(own.Count > 40, string.Join('\n', own));
        var faults = own.Where(sql => !IsDialect(sql)).SelectMany(sql => Refused.Where(r => r.Pattern.IsMatch(sql)).Select(r => $"{r.What}: {sql}"));
        Assert.Empty(faults);
        // Statements for PostgreSQL alone were sent, too. Otherwise the exception for them would prove nothing.
        Assert.Contains(statements, sql => sql.Contains("set storage external", StringComparison.OrdinalIgnoreCase));
    }

    private static async Task DoEverythingAsync(string connection)
    {
        var clock = new StoreClock();
        var options = new PostgresOptions { Connection = connection, ShardCount = 4, RetainFor = TimeSpan.FromHours(1), MaxBytes = 1L << 40, DeadLetterBytes = 10, HistoryBytes = 0, HistoryAge = TimeSpan.FromDays(1000), Wake = WakeMode.Poll };
        await using var store = await PostgresStore.OpenAsync(options, clock);
        await using (var second = await PostgresStore.OpenAsync(options with { Wake = WakeMode.Notify }, clock))
        {
            await second.RenewAsync(Cancel);
            await second.ReleaseAsync([(await second.RenewAsync(Cancel))[0]], Cancel);
        }
        var events = new StoreEvents(store, clock);
        var leases = await store.RenewAsync(Cancel);
        var fence = new Fence(leases[0].Shard, leases[0].Epoch);
        for (var i = 0; i < 3; i++)
        {
            var verdicts = new Appended[2];
            await store.AppendAsync(new[] { events.Make("same", shard: 0), events.Make($"id-{i}", shard: 0) }, verdicts, Cancel);
            await store.SaveSourcePositionAsync(new SourcePosition("source", i + 1), Cancel);
        }
        await store.ReadSourcePositionAsync("source", Cancel);
        await store.ChangeAsync([new CatalogWrite("topic", "t", 0, 0, StoreEvents.Payload("x")), new CatalogWrite("topic", "u", 0, null, null)], Cancel);
        await store.ReadAsync(0, 100, Cancel);
        CatalogQuery[] queries =
        [
            new CatalogQuery.ById("topic", "t"), new CatalogQuery.ByNumber("topic", [1]), new CatalogQuery.ByParent("topic", [0]),
            new CatalogQuery.Page("topic", null, null, 10), new CatalogQuery.Page("topic", 0, "a", 10),
        ];
        foreach (var query in queries)
            await store.FindAsync(query, Cancel);
        var letter = new NewDeadLetter(new DeadLetterId(fence.Shard, 1, 0, 1), "s", "t", new DeadLetterReason("r", "", 1, null, 1, 2), default);
        await store.CommitAsync(new ShardCommit { Fence = fence, Number = 1, Progress = StoreEvents.Payload("p"), History = new HistoryBlock(1, 1, 1, StoreEvents.Payload("h")) }, Cancel);
        await store.CommitAsync(new ShardCommit
        {
            Fence = fence,
            Number = 2,
            IsCheckpoint = true,
            SettledBelow = 100,
            Progress = StoreEvents.Payload("p"),
            Emitted = [events.Make("emitted", shard: 2)],
            DeadLetters = [letter, letter with { Id = letter.Id with { Sequence = 2 } }],
            State = [new StateWrite("a", StoreEvents.Payload("k"), StoreEvents.Payload("v")), new StateWrite("a", StoreEvents.Payload("l"), null)],
        }, Cancel);
        await store.LoadAsync(fence, Cancel);
        await store.PeekAsync(fence.Shard, Cancel);
        await store.ReadAsync("a", [new StateKey(fence.Shard, StoreEvents.Payload("k"))], Cancel);
        await store.ReadHistoryAsync(fence.Shard, 1, Cancel);
        await store.ListAsync(new DeadLetterQuery("s", "t", 10, null), Cancel);
        await store.FindAsync(letter.Id, Cancel);
        await store.RedriveAsync([new Redrive(letter.Id, events.Make(shard: 0))], Cancel);
        await store.DiscardAsync([new Discard(letter.Id)], Cancel);
        await store.BoundsAsync(fence.Shard, Cancel);
        await store.FindByTimeAsync(fence.Shard, clock.GetUtcNow(), Cancel);
        await store.FindByIdAsync(fence.Shard, 1, 2, Cancel);
        await using (var reader = await PostgresStore.OpenAsync(options, clock))
        {
            await reader.ReadIndexAsync(fence.Shard, 1, new IndexEntry[4], Cancel);
            await reader.ReadEventsAsync(fence.Shard, FirstTwo, new Nothing(), Cancel);
        }
        for (var hour = 0; hour < 4; hour++)
        {
            clock.Advance(TimeSpan.FromDays(20));
            await store.RenewAsync(Cancel);
            await store.AppendAsync(new[] { events.Make($"later-{hour}", shard: 0) }, new Appended[1], Cancel);
            await store.KeepAsync(TimeSpan.FromMinutes(1));
        }
    }

    private static async Task MoveAsync(PostgresOptions options, string to)
    {
        await using var source = await PostgresSource.OpenAsync(options, TimeProvider.System, _ => { }, Cancel);
        await using var target = await PostgresTarget.OpenAsync(options with { Schema = to }, TimeProvider.System, _ => { }, Cancel);
        await StoreMove.RunAsync(source, target, Cancel);
    }

    /// <summary>Whether the statement is one of those for PostgreSQL alone, which are all in one file.</summary>
    private static bool IsDialect(string sql) =>
        sql.Contains("set storage external", StringComparison.OrdinalIgnoreCase) || sql.Contains("pg_total_relation_size", StringComparison.Ordinal)
        || IsOfSessions(sql) || sql == Dialect.NotifySql || sql.StartsWith("listen ", StringComparison.Ordinal) || sql.StartsWith("select current_setting", StringComparison.Ordinal);

    /// <summary>
    /// Whether the statement concerns nodes that hold locks. The variant for nodes without locks says the same without this part.
    /// </summary>
    private static bool IsOfSessions(string sql) => sql.Contains(Dialect.IsFree("n.session"), StringComparison.Ordinal);

    private static async Task<List<string>> ReadAsync(NpgsqlDataSource source)
    {
        var statements = new List<string>();
        await using var command = source.CreateCommand("select query from pg_stat_statements");
        await using var reader = await command.ExecuteReaderAsync(Cancel);
        while (await reader.ReadAsync(Cancel))
            statements.Add(Space().Replace(reader.GetString(0), " "));
        return statements;
    }

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancel);
    }

    private static Regex Words(string pattern) => new($@"\b(?:{pattern})\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();

    private sealed class Nothing : IEventSink
    {
        public void OnEvent(long sequence, ReadOnlySpan<byte> record) { }

        public void OnDamaged(long sequence, string damage) => Assert.Fail(damage);
    }
}
