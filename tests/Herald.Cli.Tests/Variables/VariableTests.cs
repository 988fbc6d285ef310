using Herald.TestKit.Http;
using Herald.TestKit.Receivers;
using Xunit;

namespace Herald.Cli.Tests.Variables;

/// <summary>Commands read the environment of this process, so these tests run while no other test does.</summary>
[Collection(Alone)]
public sealed class VariableTests : IDisposable
{
    private const string Alone = "variables";

    private readonly List<string> _set = [];

    public void Dispose()
    {
        foreach (var variable in _set)
            Environment.SetEnvironmentVariable(variable, null);
    }

    [Fact]
    public async Task The_database_of_migrate_may_come_from_the_environment()
    {
        using var nobody = new RefusingPort();
        Set("HERALD__POSTGRES__CONNECTION", $"postgres://ann:s3cret@127.0.0.1:{nobody.Port}/shop");
        Assert.Equal(3, (await CommandRun.OfAsync("migrate", "status")).Code);
    }

    [Fact]
    public async Task The_former_variable_of_migrate_is_refused_with_the_present_one()
    {
        Set("HERALD_CONNECTION", "postgres://ann:s3cret@127.0.0.1/shop");
        foreach (var command in (string[][])[["migrate", "status"], ["config"]])
        {
            var run = await CommandRun.OfAsync(command);
            Assert.Equal(2, run.Code);
            Assert.Contains("HERALD__POSTGRES__CONNECTION", run.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("s3cret", run.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_authorities_that_are_trusted_may_come_from_the_environment()
    {
        Set("HERALD_CA_FILE", "/dev/null");
        var run = await CommandRun.OfAsync("topics", "list", "--server", "https://127.0.0.1:1");
        Assert.Equal((2, "The CA file /dev/null contains no certificates in PEM."), (run.Code, run.Error.Trim()));
    }

    [Theory]
    [InlineData("HERALD_URL")]
    [InlineData("HERALD_SERVER")]
    public async Task The_server_and_the_token_of_a_client_may_come_from_the_environment(string variable)
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(200, """{"items":[]}"""));
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, "s3cret-token\n", TestContext.Current.CancellationToken);
            Set(variable, herald.Address);
            Set("HERALD_TOKEN_FILE", file);
            Assert.Equal(0, (await CommandRun.OfAsync("topics", "list")).Code);
            Assert.Equal("Bearer s3cret-token", Assert.Single(herald.Requests).Authorization);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_variable_that_cannot_be_used_is_named()
    {
        Set("HERALD_URL", "localhost:8090");
        var run = await CommandRun.OfAsync("topics", "list");
        Assert.Equal((2, "HERALD_URL localhost:8090: expected a URL such as http://localhost:8090."), (run.Code, run.Error.Split('\n')[0]));
        Set("HERALD_URL", "http://127.0.0.1:1");
        Set("HERALD_TOKEN_FILE", "/there/is/no/such/file");
        run = await CommandRun.OfAsync("topics", "list");
        Assert.Equal((2, "HERALD_TOKEN_FILE /there/is/no/such/file: the file does not exist."), (run.Code, run.Error.Trim()));
    }

    [Fact]
    public async Task Suggested_commands_begin_as_the_program_was_called()
    {
        Set("HERALD_COMMAND", "./herald");
        await using var herald = await FakeHerald.StartAsync(_ => new(202, """{"results":[{"index":0,"id":"e","status":"accepted"}]}"""));
        Assert.Equal("See: ./herald events get orders e", (await CommandRun.AgainstAsync(herald, "publish", "orders", "1", "--id", "e")).Error.Trim());
        Assert.Contains("See: ./herald topics list --help", (await CommandRun.OfAsync("topics", "list", "--colour")).Error, StringComparison.Ordinal);
        Assert.Contains("\n  ./herald publish orders --file", (await CommandRun.OfAsync("publish", "--help")).Out, StringComparison.Ordinal);
        Assert.Contains("\n  generate | ./herald publish orders", (await CommandRun.OfAsync("publish", "--help")).Out, StringComparison.Ordinal);
        // It is no setting that a server would have to know.
        Assert.Equal(0, (await CommandRun.OfAsync("config")).Code);
        Set("HERALD_COMMAND", "/my files/herald");
        Assert.Contains("See: '/my files/herald' topics list --help", (await CommandRun.OfAsync("topics", "list", "--colour")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_come_from_the_environment_and_the_command_line_wins()
    {
        Set("HERALD__ENGINE__WINDOW", "7");
        Set("HERALD__ALARMS__EMPTYDIGEST", "true");
        Set("HERALD_SEED", "1");
        var run = await CommandRun.OfAsync("alarms", "config", "--set", "engine.window=8", "--max-alarms-per-user", "5");
        Assert.Equal(0, run.Code);
        Assert.Matches("engine.window +8 +command line", run.Out);
        Assert.Matches("alarms.emptyDigest +true +environment HERALD__ALARMS__EMPTYDIGEST", run.Out);
        Assert.Matches("alarms.maxAlarmsPerUser +5 +command line", run.Out);
        // A server without the application knows its settings, so that one file and one environment serve for all.
        Assert.Matches("alarms.emptyDigest +true +environment HERALD__ALARMS__EMPTYDIGEST", (await CommandRun.OfAsync("config")).Out);
    }

    private void Set(string variable, string value)
    {
        _set.Add(variable);
        Environment.SetEnvironmentVariable(variable, value);
    }

    [CollectionDefinition(Alone, DisableParallelization = true)]
    public sealed class Definition;
}
