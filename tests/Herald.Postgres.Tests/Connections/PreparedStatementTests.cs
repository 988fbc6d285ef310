using Herald.Postgres.Connections;
using Npgsql;
using Xunit;

namespace Herald.Postgres.Tests.Connections;

/// <summary>
/// The client prepares frequent statements automatically. When a batch fails, it can lose track of which statements are prepared. A later
/// call on the same connection then gets an unexpected answer. This once ended the node.
/// </summary>
public sealed class PreparedStatementTests : IAsyncLifetime
{
    private const int Worlds = 10, Batches = 40, Statements = 4, MostInBatch = 5, FailingShare = 4;
    private const string DivisionByZero = "22012";
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
}
