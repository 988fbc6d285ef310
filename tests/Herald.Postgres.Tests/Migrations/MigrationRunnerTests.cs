using Herald.Postgres.Migrations;
using Npgsql;
using Xunit;

namespace Herald.Postgres.Tests.Migrations;

public sealed class MigrationRunnerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Up_applies_everything_once_and_down_takes_it_back()
    {
        await using var database = await MigratedDatabase.CreateAsync();
        Assert.Equal("1:Pending 2:Pending 5:Pending", await database.StatesAsync());

        Assert.Equal([1, 2, 5], (await database.Runner().UpAsync(null, Cancel)).Select(step => step.Id));
        Assert.Equal("1:Applied 2:Applied 5:Applied", await database.StatesAsync());
        Assert.Equal("it's; me", await database.RunAsync("select author from herald.note where id = 2"));
        Assert.Equal(14, await database.RunAsync("select herald.twice(7)"));
        Assert.Empty(await database.Runner().UpAsync(null, Cancel));

        var files = MigratedDatabase.Files();
        files["0005-third.down.sql"] = "drop function {schema}.twice";
        Assert.Equal([5, 2, 1], (await database.Runner(files).DownAsync(3, Cancel)).Select(step => step.Id));
        Assert.Equal("1:Pending 2:Pending 5:Pending", await database.StatesAsync());
        Assert.Equal(true, await database.RunAsync("select to_regclass('herald.note') is null"));
        Assert.Equal([1, 2, 5], (await database.Runner().UpAsync(null, Cancel)).Select(step => step.Id));
    }

    [Fact]
    public async Task The_history_tells_who_applied_what_and_when()
    {
        await using var database = await MigratedDatabase.CreateAsync();
        var before = (DateTime)(await database.RunAsync("select clock_timestamp()"))!;
        await database.Runner().UpAsync(null, Cancel);
        var first = (await database.Runner().StatusAsync(Cancel))[0];
        Assert.Equal((1, "first", MigrationState.Applied, "tester", null), (first.Id, first.Name, first.State, first.Who, first.Problem));
        Assert.InRange(first.At!.Value, before, (DateTime)(await database.RunAsync("select clock_timestamp()"))!);
        Assert.Equal(3, database.Told.Count);
        Assert.StartsWith("Schema herald: applied 0001-first in ", database.Told[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Up_stops_where_it_is_told_to_and_goes_on_from_there()
    {
        await using var database = await MigratedDatabase.CreateAsync();
        Assert.Equal([1, 2], (await database.Runner().UpAsync(2, Cancel)).Select(step => step.Id));
        Assert.Empty(await database.Runner().UpAsync(1, Cancel));
        Assert.Equal([5], (await database.Runner().UpAsync(5, Cancel)).Select(step => step.Id));
        var refused = await Assert.ThrowsAsync<MigrationException>(() => database.Runner().UpAsync(4, Cancel));
        Assert.Equal("Migration 0004 does not exist; the newest is 0005-third.", refused.Message);
    }

    [Fact]
    public async Task Sets_of_their_own_live_beside_each_other_in_schemas_or_history_tables_of_their_own()
    {
        await using var database = await MigratedDatabase.CreateAsync();
        await database.Runner().UpAsync(null, Cancel);
        await database.Runner(options: new() { Schema = "payments" }).UpAsync(null, Cancel);
        await database.Runner(new() { ["0001-extra.up.sql"] = "create table {schema}.extra (id int)" }, new() { HistoryTable = "extra_migration" }).UpAsync(null, Cancel);
        Assert.Equal(2L, await database.RunAsync("select count(*) from payments.note"));
        Assert.Equal(0L, await database.RunAsync("select count(*) from herald.extra"));
    }

    [Theory]
    [InlineData("Herald")]
    [InlineData("x; drop table y")]
    [InlineData("")]
    public async Task A_schema_that_is_no_plain_name_is_refused(string schema)
    {
        await using var database = await MigratedDatabase.CreateAsync();
        var refused = Assert.Throws<MigrationException>(() => database.Runner(options: new() { Schema = schema }));
        Assert.StartsWith($"Schema '{schema}': ", refused.Message, StringComparison.Ordinal);
        refused = Assert.Throws<MigrationException>(() => database.Runner(options: new() { HistoryTable = schema }));
        Assert.StartsWith($"History table '{schema}': ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_fails_leaves_nothing_and_is_told_with_its_line()
    {
        await using var database = await MigratedDatabase.CreateAsync();
        var files = MigratedDatabase.Files();
        files["0002-second.up.sql"] = """
            create table {schema}.half (id int);
            insert into {schema}.half
            values (1);
            update {schema}.half
            set nothing = 1;
            create table {schema}.other (id int);
            """;
        var failed = await Assert.ThrowsAsync<MigrationException>(() => database.Runner(files).UpAsync(null, Cancel));
        Assert.Equal(MigrationFault.Failed, failed.Fault);
        Assert.Equal(
            ["0002-second.up.sql, line 5, column 5: column \"nothing\" of relation \"half\" does not exist (42703)", "  set nothing = 1;"],
            failed.Message.Split(Environment.NewLine));
        Assert.Equal(true, await database.RunAsync("select to_regclass('herald.half') is null"));

        // Migrations before the failed one stay applied. The next run begins with the failed one.
        Assert.Equal("1:Applied 2:Failed 5:Pending", await database.StatesAsync(files));
        Assert.Equal(failed.Message, (await database.Runner(files).StatusAsync(Cancel))[1].Problem);
        Assert.Equal([2, 5], (await database.Runner().UpAsync(null, Cancel)).Select(step => step.Id));
        Assert.Equal("1:Applied 2:Applied 5:Applied", await database.StatesAsync());
    }

    [Fact]
    public async Task A_broken_constraint_has_no_position_and_is_told_with_its_statement()
    {
        await using var database = await MigratedDatabase.CreateAsync();
        var files = MigratedDatabase.Files();
        files["0002-second.up.sql"] = "-- Twice the same.\ninsert into {schema}.note (id)\nvalues (1)";
        var failed = await Assert.ThrowsAsync<MigrationException>(() => database.Runner(files).UpAsync(null, Cancel));
        Assert.Equal(
            ["0002-second.up.sql, line 2, column 1: duplicate key value violates unique constraint \"note_pkey\" (23505)", "  insert into herald.note (id)"],
            failed.Message.Split(Environment.NewLine));
    }

    [Fact]
    public async Task A_way_back_that_fails_leaves_everything()
    {
        await using var database = await MigratedDatabase.CreateAsync();
        await database.Runner().UpAsync(2, Cancel);
        var files = MigratedDatabase.Files();
        files["0002-second.down.sql"] = "delete from {schema}.note;\ndrop table {schema}.nowhere";
        var failed = await Assert.ThrowsAsync<MigrationException>(() => database.Runner(files).DownAsync(2, Cancel));
        Assert.StartsWith("0002-second.down.sql, line 2, column 1: ", failed.Message, StringComparison.Ordinal);
        Assert.Equal("1:Applied 2:Applied 5:Pending", await database.StatesAsync(files));
        Assert.Equal(2L, await database.RunAsync("select count(*) from herald.note"));
        Assert.Equal([2], (await database.Runner().DownAsync(1, Cancel)).Select(step => step.Id));
    }

    [Fact]
    public async Task Without_a_way_back_nothing_is_taken_back()
    {
        await using var database = await MigratedDatabase.CreateAsync();
        await database.Runner().UpAsync(null, Cancel);
        var refused = await Assert.ThrowsAsync<MigrationException>(() => database.Runner().DownAsync(2, Cancel));
        Assert.Equal("0005-third.down.sql does not exist, so 0005-third cannot be taken back. Nothing was changed.", refused.Message);
        refused = await Assert.ThrowsAsync<MigrationException>(() => database.Runner().DownAsync(4, Cancel));
        Assert.Equal("Schema herald: only 3 migrations are applied, so 4 cannot be taken back.", refused.Message);
        Assert.Equal("1:Applied 2:Applied 5:Applied", await database.StatesAsync());
    }

    [Fact]
    public async Task A_changed_file_is_refused_by_name_until_it_is_restored_or_accepted()
    {
        await using var database = await MigratedDatabase.CreateAsync();
        await database.Runner().UpAsync(2, Cancel);
        var files = MigratedDatabase.Files();
        files["0001-first.up.sql"] += "-- More.\n";
        foreach (var attempt in (Func<Task>[])[() => database.Runner(files).UpAsync(null, Cancel), () => database.Runner(files).DownAsync(1, Cancel)])
        {
            var refused = await Assert.ThrowsAsync<MigrationException>(attempt);
            Assert.Equal(MigrationFault.Refused, refused.Fault);
            var (then, now) = (MigrationSet.FromFiles(MigratedDatabase.Files()).All[0].Checksum, MigrationSet.FromFiles(files).All[0].Checksum);
            Assert.StartsWith(
                $"0001-first.up.sql was changed after tester applied it: its checksum was {then[..12]} and is now {now[..12]}. Restore the file", refused.Message, StringComparison.Ordinal);
        }
        Assert.Equal("1:Changed 2:Applied 5:Pending", await database.StatesAsync(files));

        // The original file is restored.
        Assert.Equal([5], (await database.Runner().UpAsync(null, Cancel)).Select(step => step.Id));
        // The changed file is accepted.
        var repaired = Assert.Single(await database.Runner(files).RepairAsync(Cancel));
        Assert.Equal(1, repaired.Id);
        Assert.StartsWith("accepted the changed file: checksum ", repaired.What, StringComparison.Ordinal);
        Assert.Equal("1:Applied 2:Applied 5:Applied", await database.StatesAsync(files));
        Assert.Empty(await database.Runner(files).RepairAsync(Cancel));
    }

    [Fact]
    public async Task Repair_forgets_what_has_failed_also_when_its_file_is_gone()
    {
        await using var database = await MigratedDatabase.CreateAsync();
        Assert.Empty(await database.Runner().RepairAsync(Cancel));
        var files = MigratedDatabase.Files();
        files["0007-wrong.up.sql"] = "nonsense";
        await Assert.ThrowsAsync<MigrationException>(() => database.Runner(files).UpAsync(null, Cancel));
        Assert.Equal("1:Applied 2:Applied 5:Applied 7:Failed", await database.StatesAsync());
        Assert.Empty(await database.Runner().UpAsync(null, Cancel));
        Assert.Equal([new RepairedMigration(7, "wrong", "removed the record that it failed for tester")], await database.Runner().RepairAsync(Cancel));
        Assert.Equal("1:Applied 2:Applied 5:Applied", await database.StatesAsync());
    }

    [Fact]
    public async Task A_new_file_below_what_is_applied_is_refused()
    {
        await using var database = await MigratedDatabase.CreateAsync();
        await database.Runner().UpAsync(null, Cancel);
        var files = MigratedDatabase.Files();
        files["0003-late.up.sql"] = "select 1";
        var refused = await Assert.ThrowsAsync<MigrationException>(() => database.Runner(files).UpAsync(null, Cancel));
        Assert.Equal("0003-late.up.sql is not applied, but 0005 is. A new migration needs a higher id than all applied ones.", refused.Message);
        Assert.Equal("1:Applied 2:Applied 3:Late 5:Applied", await database.StatesAsync(files));
    }

    [Fact]
    public async Task A_database_that_is_newer_than_the_program_is_refused_by_name()
    {
        await using var database = await MigratedDatabase.CreateAsync();
        await database.Runner().UpAsync(null, Cancel);
        var older = MigratedDatabase.Files();
        older.Remove("0005-third.up.sql");
        var refused = await Assert.ThrowsAsync<MigrationException>(() => database.Runner(older).UpAsync(null, Cancel));
        Assert.StartsWith(
            "0005-third is applied, but the newest migration of this program is 0002. The database is newer than the program.", refused.Message, StringComparison.Ordinal);

        var other = MigratedDatabase.Files();
        other.Remove("0002-second.up.sql");
        other.Remove("0002-second.down.sql");
        refused = await Assert.ThrowsAsync<MigrationException>(() => database.Runner(other).UpAsync(null, Cancel));
        Assert.StartsWith("0002-second is applied, but this program does not have its file", refused.Message, StringComparison.Ordinal);
        Assert.Equal("1:Applied 2:Unknown 5:Applied", await database.StatesAsync(other));
    }

    [Fact]
    public async Task Whoever_may_not_make_schemas_or_tables_can_still_start_on_one_that_is_ready()
    {
        await using var database = await MigratedDatabase.CreateAsync();
        await database.Runner().UpAsync(null, Cancel);
        await database.RunAsync("create role reader login password 'p'");
        await database.RunAsync("grant usage on schema herald to reader");
        await database.RunAsync("grant select on herald.migration to reader");
        var connection = new NpgsqlConnectionStringBuilder(database.Source.ConnectionString) { Username = "reader", Password = "p" };
        await using var source = new NpgsqlDataSourceBuilder(connection.ConnectionString).Build();
        var runner = new MigrationRunner(source, MigrationSet.FromFiles(MigratedDatabase.Files()), new(), TimeProvider.System, _ => { });
        Assert.Empty(await runner.UpAsync(null, Cancel));
    }
}
