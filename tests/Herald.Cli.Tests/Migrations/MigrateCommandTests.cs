using System.CommandLine;
using System.Text.Json;
using Herald.Hosting.Commands;
using Herald.Postgres.Hosting.Commands;
using Herald.Postgres.Migrations;
using Herald.TestKit.Databases;
using Herald.TestKit.Receivers;
using Npgsql;
using Xunit;

namespace Herald.Cli.Tests.Migrations;

public sealed class MigrateCommandTests
{
    private static readonly Dictionary<string, string> Files = new()
    {
        ["0001-first.up.sql"] = "create table {schema}.note (id int)",
        ["0001-first.down.sql"] = "drop table {schema}.note",
        ["0002-second.up.sql"] = "insert into {schema}.note values (1)",
        ["0002-second.down.sql"] = "delete from {schema}.note",
    };

    [Fact]
    public async Task Up_status_and_down_tell_what_is_done_in_columns()
    {
        var database = await DatabaseAsync();
        var run = await RunAsync(Files, "status", "--connection", database);
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Equal(["ID  MIGRATION  STATE    APPLIED  BY  MS", "1   first      pending  -        -   -", "2   second     pending  -        -   -"], Lines(run.Out));

        run = await RunAsync(Files, "up", "--connection", database);
        Assert.Equal(0, run.Code);
        Assert.Equal(["ID  MIGRATION  MS", "1   first", "2   second"], Lines(run.Out).Select((line, number) => number == 0 ? line : line[..line.LastIndexOf(' ')].TrimEnd()));
        Assert.StartsWith("Schema herald: applied 0001-first in ", run.Error, StringComparison.Ordinal);

        run = await RunAsync(Files, "up", "--connection", database);
        Assert.Equal((0, "", "Nothing to do: everything is applied."), (run.Code, run.Out, run.Error.Trim()));

        run = await RunAsync(Files, "down", "--count", "1", "--connection", database);
        Assert.Equal((0, "ID  MIGRATION  MS"), (run.Code, Lines(run.Out)[0]));
        Assert.StartsWith("2   second", Lines(run.Out)[1], StringComparison.Ordinal);

        run = await RunAsync(Files, "up", "--to", "1", "--connection", database);
        Assert.Equal((0, ""), (run.Code, run.Out));
    }

    [Fact]
    public async Task For_machines_everything_is_JSON()
    {
        var database = await DatabaseAsync();
        var run = await RunAsync(Files, "up", "--to", "1", "--json", "--connection", database);
        Assert.Equal("[1]", Ids(run));
        run = await RunAsync(Files, "status", "--json", "--connection", database);
        using var status = JsonDocument.Parse(run.Out);
        var (first, second) = (status.RootElement.GetProperty("items")[0], status.RootElement.GetProperty("items")[1]);
        Assert.Equal(("applied", "pending"), (first.GetProperty("state").GetString(), second.GetProperty("state").GetString()));
        Assert.True(first.GetProperty("at").TryGetDateTimeOffset(out _));
        Assert.Equal($"{Environment.UserName}@{Environment.MachineName}", first.GetProperty("who").GetString());
        run = await RunAsync(Files, "repair", "--json", "--connection", database);
        Assert.Equal("[]", Ids(run));
    }

    [Fact]
    public async Task A_changed_file_is_5_until_it_is_repaired()
    {
        var database = await DatabaseAsync();
        await RunAsync(Files, "up", "--connection", database);
        var changed = new Dictionary<string, string>(Files) { ["0001-first.up.sql"] = "create table {schema}.other (id int)" };
        foreach (var command in (string[])["status", "up"])
        {
            var refused = await RunAsync(changed, command, "--connection", database);
            Assert.Equal(5, refused.Code);
            Assert.StartsWith("0001-first.up.sql was changed after ", refused.Error, StringComparison.Ordinal);
        }
        var run = await RunAsync(changed, "repair", "--connection", database);
        Assert.Equal(0, run.Code);
        Assert.StartsWith("1   first      accepted the changed file: checksum ", Lines(run.Out)[1], StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync(changed, "status", "--connection", database)).Code);
        Assert.Equal("Nothing to repair.", (await RunAsync(changed, "repair", "--connection", database)).Error.Trim());
    }

    [Fact]
    public async Task A_file_that_fails_is_1_and_told_with_its_line()
    {
        var wrong = new Dictionary<string, string>(Files) { ["0002-second.up.sql"] = "insert into {schema}.note\nvalues (1, 2)" };
        var run = await RunAsync(wrong, "up", "--schema", "other", "--connection", await DatabaseAsync());
        Assert.Equal((1, ""), (run.Code, run.Out));
        Assert.Contains("0002-second.up.sql, line 2, column 12: INSERT has more expressions than target columns (42601)", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_that_migrates_is_waited_for_as_long_as_asked_and_then_it_is_7()
    {
        var database = await DatabaseAsync();
        await RunAsync(Files, "up", "--to", "1", "--connection", database);
        await using var source = new NpgsqlDataSourceBuilder(database).Build();
        await using var other = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await other.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand("select id from herald.migration_lock for update", other);
        await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
        var run = await RunAsync(Files, "up", "--wait-for", "1ms", "--connection", database);
        Assert.Equal(7, run.Code);
        Assert.Contains("another node has been migrating", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_or_database_is_told_without_the_password()
    {
        var server = await PostgresServer.SharedAsync();
        var at = $"{PostgresServer.Host}:{server.Port}";
        var run = await RunAsync(Files, "status", "--connection", $"postgres://herald:s3cret@{at}/shop");
        Assert.Equal((6, $"PostgreSQL at {at}, database shop, user herald refused: password authentication failed for user \"herald\" (28P01)"), (run.Code, run.Error.Trim()));
        run = await RunAsync(Files, "status", "--connection", $"postgres://herald:{server.Password}@{at}/shop");
        Assert.Equal((4, $"PostgreSQL at {at}, database shop, user herald refused: database \"shop\" does not exist (3D000)"), (run.Code, run.Error.Trim()));
    }

    [Fact]
    public async Task A_database_that_cannot_be_reached_is_3_and_told_without_the_password()
    {
        using var nobody = new RefusingPort();
        var run = await RunAsync(Files, "up", "--connection", $"postgres://ann:s3cret@127.0.0.1:{nobody.Port}/shop");
        Assert.Equal(
            (3, $"PostgreSQL cannot be used at 127.0.0.1:{nobody.Port}, database shop, user ann: connection refused. Give its address with --connection or HERALD__POSTGRES__CONNECTION."),
            (run.Code, run.Error.Trim()));
        run = await RunAsync(Files, "up", "--connection", $"Host=127.0.0.1:{nobody.Port},127.0.0.1:{nobody.Port};Password=s3cret;Username=ann");
        Assert.Equal(3, run.Code);
        Assert.Contains("connection refused", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Name the database with --connection or HERALD__POSTGRES__CONNECTION.", "up")]
    [InlineData("The connection is not valid", "up", "--connection", "s3cret")]
    [InlineData("Schema 'Wrong': ", "up", "--connection", "Host=x", "--schema", "Wrong")]
    [InlineData("--count is missing: ", "down", "--connection", "Host=x")]
    [InlineData("--count 0: must be at least 1.", "down", "--connection", "Host=x", "--count", "0")]
    [InlineData("--to 0: must be at least 1.", "up", "--connection", "Host=x", "--to", "0")]
    public async Task A_wrong_command_line_is_2(string told, params string[] arguments)
    {
        var run = await RunAsync(Files, arguments);
        Assert.Equal(2, run.Code);
        Assert.StartsWith(told, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", run.Error, StringComparison.Ordinal);
    }

    private static async Task<string> DatabaseAsync() => await (await PostgresServer.SharedAsync()).CreateDatabaseAsync("migrate");

    private static Task<CommandRun> RunAsync(Dictionary<string, string> files, params string[] arguments) => CommandRun.OfAsync(
        new RootCommand { CommonOptions.Json, MigrateCommand.Create(TimeProvider.System, () => MigrationSet.FromFiles(files)) }, ["migrate", .. arguments]);

    private static string Ids(CommandRun run)
    {
        using var json = JsonDocument.Parse(run.Out);
        return $"[{string.Join(',', json.RootElement.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetInt32()))}]";
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
