using System.Runtime.CompilerServices;
using Herald.Contracts.Stores;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Postgres.Appends;
using Herald.Postgres.Connections;
using Herald.Postgres.Periods;
using Herald.Postgres.Reads;
using Npgsql;
using Xunit;

namespace Herald.Postgres.Tests.Appends;

public sealed class AppendPipelineTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly PostgresHarness _harness = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await _harness.StartAsync();

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Fact]
    public async Task A_connection_that_cannot_even_be_let_go_costs_its_own_group_alone()
    {
        await using var database = new Database(_harness.Options, _harness.Clock);
        var periods = new PeriodReader(database);
        await periods.RefreshAsync(Cancel);
        var fails = true;
        var appender = new EventAppender(
            database, periods, new RecordReader(database), (_, _) => { }, _ => fails ? throw new InvalidOperationException("a defect") : null);
        await using var pipeline = new AppendPipeline(database, appender);
        var connection = await database.Source.OpenConnectionAsync(Cancel);
        var letGo = 0;
        connection.StateChange += (_, _) =>
        {
            letGo++;
            throw new NotSupportedException("whatever a client may do");
        };
        ConnectionOf(pipeline) = connection;

        var failed = await Assert.ThrowsAsync<InvalidOperationException>(() => AppendAsync(pipeline, "one"));
        Assert.Equal("a defect", failed.Message);
        fails = false;
        Assert.Equal(Verdict.Accepted, await AppendAsync(pipeline, "two"));
        Assert.Equal(1, letGo);
    }

    // Connections of the pool report nothing when they are returned, so the test puts its own connection into the pipeline.
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_connection")]
    private static extern ref NpgsqlConnection? ConnectionOf(AppendPipeline pipeline);

    private async Task<Verdict> AppendAsync(AppendPipeline pipeline, string id)
    {
        NewEvent[] events = [new StoreEvents(_harness.Store, _harness.Clock).Make(id)];
        var verdicts = new Appended[1];
        var request = new AppendRequest(events, verdicts);
        pipeline.Add(new AppendItem(request, 0));
        await request.Ended.WaitAsync(Patience, Cancel);
        return verdicts[0].Verdict;
    }
}
