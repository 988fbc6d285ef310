using Herald.Postgres.Migrations;
using Herald.TestKit.Time;
using Npgsql;
using Xunit;

namespace Herald.Postgres.Tests.Migrations;

public sealed class ConcurrentMigrationTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nodes_that_start_at_once_all_succeed_and_every_file_runs_once()
    {
        await using var database = await MigratedDatabase.CreateAsync();
        var files = MigratedDatabase.Files();
        for (var id = 6; id < 26; id++)
            files[$"{id:0000}-line.up.sql"] = $"insert into {{schema}}.note (id) values ({id})";
        var done = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => database.Runner(files).UpAsync(null, Cancel)));
        Assert.Equal(MigrationSet.FromFiles(files).All.Select(migration => migration.Id), done.SelectMany(steps => steps).Select(step => step.Id).Order());
        Assert.Equal(22L, await database.RunAsync("select count(*) from herald.note"));
    }

    [Fact]
    public async Task A_node_that_waits_says_so_and_gives_up_with_an_error_that_tells_why()
    {
        await using var database = await MigratedDatabase.CreateAsync();
        await database.Runner().UpAsync(1, Cancel);
        await using var other = await database.Source.OpenConnectionAsync(Cancel);
        await using var transaction = await other.BeginTransactionAsync(Cancel);
        await new MigrationHistory(new()).LockAsync(other, TimeSpan.FromSeconds(1), Cancel);

        // The clock passes the runner's time limit as soon as the runner has reported that it waits.
        var clock = new ManualClock();
        var told = new List<string>();
        var runner = database.Runner(time: clock, tell: sentence =>
        {
            told.Add(sentence);
            clock.Advance(MigrationOptions.DefaultPatience);
        });
        var busy = await Assert.ThrowsAsync<MigrationException>(() => runner.UpAsync(null, Cancel));
        Assert.Equal(MigrationFault.Busy, busy.Fault);
        Assert.StartsWith("Schema herald: another node has been migrating, or has locked a table that is to be changed, for longer than 60 s", busy.Message, StringComparison.Ordinal);
        Assert.StartsWith("Schema herald: waiting until another node has migrated", Assert.Single(told), StringComparison.Ordinal);
        Assert.Equal("1:Applied 2:Pending 5:Pending", await database.StatesAsync());

        await transaction.RollbackAsync(Cancel);
        Assert.Equal([2, 5], (await database.Runner().UpAsync(null, Cancel)).Select(step => step.Id));
    }

    [Fact]
    public async Task A_node_that_is_killed_leaves_nothing_half_done_and_the_one_that_waited_goes_on()
    {
        await using var database = await MigratedDatabase.CreateAsync();
        var slow = MigratedDatabase.Files();
        slow["0002-second.up.sql"] = "create table {schema}.half (id int); select pg_sleep(600) /* slow */";
        var killed = database.Runner(slow).UpAsync(null, Cancel);
        await UntilAsync(database, "select count(*) > 0 from pg_stat_activity where query like '%pg_sleep%slow%' and pid <> pg_backend_pid()");

        var waits = new TaskCompletionSource();
        var waiting = database.Runner(tell: sentence =>
        {
            if (sentence.Contains("waiting", StringComparison.Ordinal))
                waits.TrySetResult();
        }).UpAsync(null, Cancel);
        await waits.Task.WaitAsync(Cancel);
        await database.RunAsync("select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep%slow%' and pid <> pg_backend_pid()");

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => killed);
        Assert.True(failure is MigrationException or NpgsqlException, failure.ToString());
        Assert.Equal([2, 5], (await waiting).Select(step => step.Id));
        Assert.Equal(true, await database.RunAsync("select to_regclass('herald.half') is null"));
        Assert.Equal("1:Applied 2:Applied 5:Applied", await database.StatesAsync());
    }

    [Fact]
    public async Task A_table_that_is_held_is_waited_for()
    {
        await using var database = await MigratedDatabase.CreateAsync();
        await database.Runner().UpAsync(1, Cancel);
        var files = MigratedDatabase.Files();
        files["0002-second.up.sql"] = "set local lock_timeout = '100ms'; alter table {schema}.note add column author text";
        await using var other = await database.Source.OpenConnectionAsync(Cancel);
        var transaction = await other.BeginTransactionAsync(Cancel);
        await using var reading = new NpgsqlCommand("select count(*) from herald.note", other);
        await reading.ExecuteScalarAsync(Cancel);

        var waits = new TaskCompletionSource();
        var up = database.Runner(files, tell: _ => waits.TrySetResult()).UpAsync(null, Cancel);
        await waits.Task.WaitAsync(Cancel);
        await transaction.RollbackAsync(Cancel);
        Assert.Equal([2, 5], (await up).Select(step => step.Id));
    }

    private static async Task UntilAsync(MigratedDatabase database, string condition)
    {
        while (!(bool)(await database.RunAsync(condition))!)
            await Task.Yield();
    }
}
