using Herald.Engine.Stores;
using Herald.Postgres.Connections;
using Herald.TestKit.Time;
using Npgsql;
using Xunit;

namespace Herald.Postgres.Tests.Connections;

/// <summary>
/// The client prepares frequent statements automatically. When a batch fails or is cancelled, it can lose track of which statements are
/// prepared. A later call on the same connection then gets an unexpected answer. This once ended the node.
/// </summary>
public sealed class PreparedStatementTests : IAsyncLifetime
{
    private const int Worlds = 10, Batches = 40, Statements = 4, MostInBatch = 5, FailingShare = 4;
    private const string DivisionByZero = "22012";
    private const string Sleeping = "select count(*) from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'";
    private readonly PostgresHarness _harness = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await _harness.StartAsync();

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_batch_that_fails_spoils_nothing_for_those_after_it(bool repeats)
    {
        var random = new Random(5);
        for (var world = 0; world < Worlds; world++)
        {
            await using var database = new Database(_harness.Options, TimeProvider.System);
            for (var i = 0; i < Batches; i++)
            {
                var statements = Enumerable.Range(0, random.Next(1, MostInBatch)).Select(_ => random.Next(Statements)).ToList();
                var divisors = (repeats ? statements : statements.Distinct()).Select(one => (one, By: random.Next(FailingShare))).ToList();
                var failure = await Record.ExceptionAsync(() => database.RunAsync(
                    async (connection, cancel) =>
                    {
                        await using var batch = new NpgsqlBatch(connection);
                        foreach (var (one, by) in divisors)
                            batch.With($"select {one} + 10 / $1", Commands.Value(by));
                        await batch.ExecuteNonQueryAsync(cancel);
                    },
                    Cancel));
                Assert.Equal(divisors.Any(one => one.By == 0) ? DivisionByZero : null, (failure as PostgresException)?.SqlState ?? failure?.ToString());
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_batch_that_is_cancelled_spoils_nothing_for_those_after_it(int slow)
    {
        // The client prepares a statement at its second use, so the batch is cancelled at each of its first uses.
        for (var uses = 0; uses < 4; uses++)
        {
            await using var database = new Database(_harness.Options with { Connections = 1 }, TimeProvider.System);
            for (var i = 0; i < uses; i++)
                await RunAsync(database, slow, TimeSpan.Zero, Cancel);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            var running = RunAsync(database, slow, TimeSpan.FromHours(1), stop.Token);
            await Until.HoldsAsync(async () => await _harness.ExecuteAsync(Sleeping) is not 0L, "the batch sleeps");
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);

            for (var i = 0; i < 3; i++)
                Assert.Equal([0, 1, 2], await RunAsync(database, slow, TimeSpan.Zero, Cancel));
        }
    }

    [Fact]
    public async Task A_batch_that_is_cancelled_at_any_moment_spoils_nothing_for_those_after_it()
    {
        var random = new Random(5);
        for (var world = 0; world < Worlds; world++)
        {
            await using var database = new Database(_harness.Options with { Connections = 1 }, TimeProvider.System);
            for (var i = 0; i < Batches; i++)
            {
                // New statements come often, because the client prepares one at its second use.
                var count = random.Next(1, MostInBatch);
                var statements = Enumerable.Range(0, count).Select(_ => random.Next(Statements) + (i / Statements)).ToList();
                var (isCancelled, turns) = (random.Next(2) == 0, random.Next(200));
                using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
                var failure = await Record.ExceptionAsync(() => database.RunAsync(
                    async (connection, cancel) =>
                    {
                        await using var batch = new NpgsqlBatch(connection);
                        foreach (var one in statements)
                            batch.With($"select {one} + 10 / $1, pg_sleep(0.002)", Commands.Value(1));
                        var running = batch.ExecuteNonQueryAsync(cancel);
                        if (isCancelled)
                        {
                            Thread.SpinWait(turns * turns);
                            await stop.CancelAsync();
                        }
                        await running;
                    },
                    stop.Token));
                // The database can carry out a cancellation so late that it meets the next batch.
                var isLate = failure is StoreUnavailableException
                {
                    InnerException: PostgresException { SqlState: PostgresErrorCodes.QueryCanceled },
                };
                Assert.True(failure is null || isLate || (isCancelled && failure is OperationCanceledException), $"batch {i}: {failure}");
            }
        }
    }

    /// <summary>Runs three statements, each with an answer. One of them sleeps.</summary>
    private static Task<List<int>> RunAsync(Database database, int slow, TimeSpan sleep, CancellationToken cancel) => database.RunAsync(
        async (connection, either) =>
        {
            await using var batch = new NpgsqlBatch(connection);
            for (var number = 0; number < 3; number++)
                batch.With($"select {number}, pg_sleep($1)", Commands.Value(number == slow ? sleep.TotalSeconds : 0));
            var answers = new List<int>();
            await using var reader = await batch.ExecuteReaderAsync(either);
            do
            {
                while (await reader.ReadAsync(either))
                    answers.Add(reader.GetInt32(0));
            }
            while (await reader.NextResultAsync(either));
            return answers;
        },
        cancel);
}
