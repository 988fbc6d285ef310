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

/// <summary>Notices of appended events go to the database in the same round trip as the events, after their transaction.</summary>
public sealed class AppendNoticeTests : IAsyncLifetime
{
    private readonly PostgresHarness _harness = new();
    private readonly List<AppendPlan> _stored = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await _harness.StartAsync();

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Fact]
    public async Task Other_nodes_hear_where_their_shards_end()
    {
        var heard = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var listener = new NpgsqlConnection(_harness.Options.Connection);
        await listener.OpenAsync(Cancel);
        listener.Notification += (_, told) => heard.TrySetResult(told.Payload);
        await using (var listen = new NpgsqlCommand("listen heads", listener))
            await listen.ExecuteNonQueryAsync(Cancel);
        var one = Event("one");
        Assert.Equal([Verdict.Accepted], await AppendAsync(new HeadNotice("heads", [one.Shard.Value]), one));
        await listener.WaitAsync(Cancel);
        Assert.Equal($"h{one.Shard.Value}:1", await heard.Task.WaitAsync(Cancel));
        Assert.True(Assert.Single(_stored).IsTold);
    }

    [Fact]
    public async Task Events_whose_notice_fails_are_stored_all_the_same()
    {
        var one = Event("one");
        // PostgreSQL refuses channel names of more than 63 bytes, so the notice fails.
        Assert.Equal([Verdict.Accepted], await AppendAsync(new HeadNotice(new string('x', 100), [one.Shard.Value]), one));
        Assert.False(Assert.Single(_stored).IsTold);
        Assert.Equal([Verdict.Duplicate], await AppendAsync(null, one));
    }

    [Fact]
    public async Task A_repeat_is_found_and_what_is_new_beside_it_is_stored_with_or_without_a_notice()
    {
        var (one, two) = (Event("one"), Event("two"));
        var notice = new HeadNotice("heads", [one.Shard.Value]);
        Assert.Equal([Verdict.Accepted], await AppendAsync(notice, one));
        Assert.Equal([Verdict.Duplicate, Verdict.Accepted, Verdict.Duplicate], await AppendAsync(notice, one, two, two));
        Assert.Equal([Verdict.Duplicate], await AppendAsync(notice, two));
    }

    private NewEvent Event(string id) => new StoreEvents(_harness.Store, _harness.Clock).Make(id);

    private async Task<Verdict[]> AppendAsync(HeadNotice? notice, params NewEvent[] events)
    {
        await using var database = new Database(_harness.Options, _harness.Clock);
        var periods = new PeriodReader(database);
        await periods.RefreshAsync(Cancel);
        var appender = new EventAppender(database, periods, new RecordReader(database), (plan, _) => _stored.Add(plan), _ => notice);
        await using var connection = await database.Source.OpenConnectionAsync(Cancel);
        return [.. (await appender.AppendAsync(connection, events, unreadable: null, Cancel)).Select(one => one.Verdict)];
    }
}
