using System.Text.Json;
using Herald.Engine.Stores;
using Herald.Journal;
using Herald.Postgres;
using Herald.TestKit.Databases;
using Herald.TestKit.Receivers;
using Xunit;

namespace Herald.Cli.Tests.Transfer;

public sealed class MovingCommandTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("herald-test-");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Data => Path.Combine(_folder.FullName, "data");
    private string File => Path.Combine(_folder.FullName, "herald.export");

    public async ValueTask InitializeAsync()
    {
        await using var store = await JournalStore.OpenAsync(new JournalOptions { Directory = Data, ShardCount = 8 }, TimeProvider.System, cancel: Cancel);
        await store.ChangeAsync([new CatalogWrite("note", "one", 0, 0, new byte[] { 1 })], Cancel);
        await store.SaveSourcePositionAsync(new SourcePosition("elsewhere", 5), Cancel);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_store_goes_to_PostgreSQL_and_back_and_its_file_is_the_same()
    {
        var database = await DatabaseAsync();
        var run = await CommandRun.OfAsync("export", File, "--data", Data);
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Matches(@"^exported 8 shards in [0-9.]+ s: 0 events, 1 catalog records, .*1 sources", run.Out);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(File).UnixFileMode);
        Assert.False(System.IO.File.Exists(File + ".part"));

        run = await CommandRun.OfAsync("import", File, "--store", "postgres", "--connection", database, "--json");
        Assert.Equal(0, run.Code);
        using (var told = JsonDocument.Parse(run.Out))
            Assert.Equal((8, 1, 1), (Number(told, "shards"), Number(told, "catalogRecords"), Number(told, "sources")));

        var second = File + "2";
        run = await CommandRun.OfAsync("export", second, "--store", "postgres", "--connection", database);
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Equal(await System.IO.File.ReadAllBytesAsync(File, Cancel), await System.IO.File.ReadAllBytesAsync(second, Cancel));
        Assert.Equal(0, (await CommandRun.OfAsync("import", second, "--data", Data + "2")).Code);
        await using var store = await JournalStore.OpenAsync(new JournalOptions { Directory = Data + "2" }, TimeProvider.System, cancel: Cancel);
        Assert.Equal((8, 5), (store.ShardCount, await store.ReadSourcePositionAsync("elsewhere", Cancel)));
    }

    [Fact]
    public async Task An_export_goes_on_beside_what_cannot_be_read_and_says_at_its_end_what_that_was()
    {
        var database = await DatabaseAsync();
        string[] postgres = ["--store", "postgres", "--connection", database];
        Assert.Equal(0, (await CommandRun.OfAsync("export", File, "--data", Data)).Code);
        Assert.Equal(0, (await CommandRun.OfAsync(["import", File, .. postgres])).Code);
        await using (var source = ConnectionForm.Parse(database).CreateDataSource())
        {
            foreach (var sql in (string[])
            [
                "create function herald.spoilt() returns bytea language plpgsql stable as "
                    + "'begin raise exception ''missing chunk number 0 for toast value 1'' using errcode = ''XX001''; end'",
                "alter table herald.catalog rename to catalog_whole",
                "create view herald.catalog as select version, kind, id, number, parent, heads, "
                    + "case when current_query() like '%c.heads, c.body%' then herald.spoilt() else body end as body from herald.catalog_whole",
            ])
            {
                await using var command = source.CreateCommand(sql);
                await command.ExecuteNonQueryAsync(Cancel);
            }
        }

        var second = File + "2";
        var run = await CommandRun.OfAsync(["export", second, .. postgres]);
        Assert.Equal(1, run.Code);
        Assert.Contains("1 item could not be read", run.Error, StringComparison.Ordinal);
        Assert.Contains("note 'one'", run.Error, StringComparison.Ordinal);
        Assert.Matches(@"^exported 8 shards in [0-9.]+ s: 0 events, 1 catalog records, .*1 sources", run.Out);
        Assert.Equal(0, (await CommandRun.OfAsync("import", second, "--data", Data + "2")).Code);
    }

    [Fact]
    public async Task A_file_that_is_there_is_replaced_only_when_that_is_said()
    {
        await System.IO.File.WriteAllTextAsync(File, "mine", Cancel);
        var run = await CommandRun.OfAsync("export", File, "--data", Data);
        Assert.Equal((5, "mine"), (run.Code, await System.IO.File.ReadAllTextAsync(File, Cancel)));
        Assert.Contains("--force", run.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await CommandRun.OfAsync("export", File, "--data", Data, "--force")).Code);
        Assert.NotEqual("mine", await System.IO.File.ReadAllTextAsync(File, Cancel));
    }

    [Fact]
    public async Task A_store_in_use_can_be_neither_end()
    {
        Assert.Equal(0, (await CommandRun.OfAsync("export", File, "--data", Data)).Code);
        await using var store = await JournalStore.OpenAsync(new JournalOptions { Directory = Data }, TimeProvider.System, cancel: Cancel);
        var run = await CommandRun.OfAsync("export", File + "2", "--data", Data);
        Assert.Equal(7, run.Code);
        Assert.Contains($"is in use by process {Environment.ProcessId}", run.Error, StringComparison.Ordinal);
        Assert.False(System.IO.File.Exists(File + "2") || System.IO.File.Exists(File + "2.part"));
        Assert.Equal(7, (await CommandRun.OfAsync("import", File, "--data", Data)).Code);
    }

    [Fact]
    public async Task What_is_there_already_is_not_imported_over()
    {
        var database = await DatabaseAsync();
        Assert.Equal(0, (await CommandRun.OfAsync("export", File, "--data", Data)).Code);
        var run = await CommandRun.OfAsync("import", File, "--data", Data);
        Assert.Equal(5, run.Code);
        Assert.Contains("already contains a store", run.Error, StringComparison.Ordinal);
        string[] toDatabase = ["import", File, "--store", "postgres", "--connection", database];
        Assert.Equal(0, (await CommandRun.OfAsync(toDatabase)).Code);
        run = await CommandRun.OfAsync(toDatabase);
        Assert.Equal(5, run.Code);
        Assert.Contains("--set postgres.schema=NAME", run.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await CommandRun.OfAsync([.. toDatabase, "--set", "postgres.schema=another"])).Code);
    }

    [Fact]
    public async Task Half_an_import_is_no_store_until_it_is_started_again()
    {
        Assert.Equal(0, (await CommandRun.OfAsync("export", File, "--data", Data)).Code);
        var half = Data + "2";
        Directory.CreateDirectory(half);
        await System.IO.File.WriteAllTextAsync(Path.Combine(half, "importing"), "", Cancel);
        foreach (var (code, arguments) in ((int, string[])[])[(1, ["serve", "--listen", "127.0.0.1:0"]), (5, ["export", File + "2"])])
        {
            var run = await CommandRun.OfAsync([.. arguments, "--data", half]);
            Assert.Equal(code, run.Code);
            Assert.Contains("did not finish", run.Error, StringComparison.Ordinal);
            Assert.Contains("herald import", run.Error, StringComparison.Ordinal);
        }
        Assert.Equal(0, (await CommandRun.OfAsync("import", File, "--data", half)).Code);
        await using var store = await JournalStore.OpenAsync(new JournalOptions { Directory = half }, TimeProvider.System, cancel: Cancel);
        Assert.Equal(8, store.ShardCount);
    }

    [Fact]
    public async Task A_file_that_was_cut_is_refused_and_leaves_room_for_a_whole_one()
    {
        Assert.Equal(0, (await CommandRun.OfAsync("export", File, "--data", Data)).Code);
        var bytes = await System.IO.File.ReadAllBytesAsync(File, Cancel);
        await System.IO.File.WriteAllBytesAsync(File + ".cut", bytes[..^10], Cancel);
        var run = await CommandRun.OfAsync("import", File + ".cut", "--data", Data + "2");
        Assert.Equal(1, run.Code);
        Assert.Contains("damaged or was cut short", run.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await CommandRun.OfAsync("import", File, "--data", Data + "2")).Code);
    }

    [Fact]
    public async Task What_is_missing_is_told()
    {
        Assert.Equal(4, (await CommandRun.OfAsync("import", File, "--data", Data + "2")).Code);
        var run = await CommandRun.OfAsync("export", File, "--data", Data + "2");
        Assert.Equal(5, run.Code);
        Assert.Contains("There is no store", run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Data + "2"));

        run = await CommandRun.OfAsync("export", File, "--store", "postgres", "--connection", await DatabaseAsync());
        Assert.Equal(5, run.Code);
        Assert.Contains("There is no store in schema 'herald'", run.Error, StringComparison.Ordinal);

        using var nobody = new RefusingPort();
        run = await CommandRun.OfAsync("export", File, "--store", "postgres", "--connection", $"postgres://herald@127.0.0.1:{nobody.Port}/herald");
        Assert.Equal(3, run.Code);
        Assert.Equal(2, (await CommandRun.OfAsync("export", File, "--store", "postgres")).Code);
        Assert.Empty(_folder.GetFiles("herald.export*"));
    }

    private static int Number(JsonDocument told, string name) => told.RootElement.GetProperty(name).GetInt32();

    private static async Task<string> DatabaseAsync() => await (await PostgresServer.SharedAsync()).CreateDatabaseAsync("moved");
}
