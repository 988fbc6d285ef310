using System.CommandLine;
using System.Text.Json;
using Herald.Cli.CommandLine;
using Herald.Hosting.Commands;
using Herald.TestKit.Http;
using Xunit;

namespace Herald.Cli.Tests.CommandLine;

public sealed class CommandTests
{
    private const string Problem = """
        {"type":"urn:herald:problem:invalid-request","title":"The request is not valid","status":400,"code":"invalid-request","detail":"2 fields are not valid.",
         "errors":[{"pointer":"/endpoint","value":"ftp://x","rule":"Use http or https."},{"pointer":"/retry/maxAge","value":"0s","rule":"From 1 s."}]}
        """;

    public static TheoryData<string> AllCommands() => [.. Paths(HeraldCommandLine.Create(TimeProvider.System), "")];

    [Fact]
    public void Every_example_is_a_command_line_that_is_taken()
    {
        var root = HeraldCommandLine.Create(TimeProvider.System);
        // Pipes and redirections belong to the shell. An ellipsis stands for a value that the reader must fill in.
        var examples = Below(root).OfType<ExampleCommand>().SelectMany(command => command.Examples)
            .Where(example => !example.Contains('…', StringComparison.Ordinal))
            .Select(example => example.Split(" | ").First(part => part.StartsWith("herald ", StringComparison.Ordinal)).Split(" < ")[0].Split(" > ")[0]).ToList();
        Assert.True(examples.Count > 50);
        Assert.All(examples, example => Assert.Empty(root.Parse(example["herald ".Length..]).Errors.Select(error => $"{example}: {error.Message}")));

        static IEnumerable<Command> Below(Command command) => command.Subcommands.Where(below => !below.Hidden).SelectMany(Below).Prepend(command);
    }

    [Theory]
    [MemberData(nameof(AllCommands))]
    public async Task Help_of_every_command_ends_with_an_example_of_it(string path)
    {
        var run = await CommandRun.OfAsync([.. path.Split(' '), "--help"]);
        Assert.Equal(0, run.Code);
        var examples = run.Out.Split("Examples:");
        Assert.Equal(2, examples.Length);
        Assert.Contains($"herald {path.Split(' ')[0]}", examples[1], StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(AllCommands))]
    public void Every_command_and_option_is_described(string path)
    {
        Command command = HeraldCommandLine.Create(TimeProvider.System);
        foreach (var name in path.Split(' '))
            command = command.Subcommands.Single(inner => inner.Name == name);
        Assert.EndsWith(".", command.Description, StringComparison.Ordinal);
        Assert.All(command.Options, option => Assert.False(string.IsNullOrEmpty(option.Description), option.Name));
        Assert.All(command.Arguments, argument => Assert.False(string.IsNullOrEmpty(argument.Description), argument.Name));
    }

    [Fact]
    public async Task A_problem_is_told_with_every_field_that_breaks_a_rule()
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(400, Problem, "application/problem+json"));
        var run = await CommandRun.AgainstAsync(herald, "subscriptions", "put", "billing", "--topic", "orders", "--endpoint", "ftp://x");
        Assert.Equal(5, run.Code);
        Assert.Equal(
            ["2 fields are not valid.", "  --endpoint ftp://x: Use http or https.", "  --retry-max-age 0s: From 1 s."],
            run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Empty(run.Out);
    }

    [Theory]
    [InlineData("GET /v1/topics?limit=100", "topics", "list")]
    [InlineData("GET /v1/topics?limit=5&cursor=a%26b", "topics", "list", "--limit", "5", "--cursor", "a&b")]
    [InlineData("PUT /v1/topics/or%20ders", "topics", "create", "or ders")]
    [InlineData("GET /v1/topics?label=team%3Dbilling&label=tier%3Da%3Db&limit=100", "topics", "list", "--label", "tier=a=b", "--label", "team=billing")]
    [InlineData("PUT /v1/topics/orders", "topics", "create", "orders", "--label", "team=billing")]
    [InlineData("GET /v1/subscriptions?label=team%3Dbilling&limit=100", "subscriptions", "list", "--label", "team=billing")]
    [InlineData("DELETE /v1/topics/orders?force=true", "topics", "delete", "orders", "--force")]
    [InlineData("GET /v1/subscriptions?limit=100&topic=orders", "subscriptions", "list", "--topic", "orders")]
    [InlineData("POST /v1/subscriptions/billing/pause", "subscriptions", "pause", "billing")]
    [InlineData("POST /v1/subscriptions/billing/resume", "subscriptions", "resume", "billing")]
    [InlineData("POST /v1/subscriptions/billing/test", "subscriptions", "test", "billing")]
    [InlineData("GET /v1/subscriptions/billing/lag", "subscriptions", "lag", "billing")]
    [InlineData("GET /v1/subscriptions/billing/blocked-keys?limit=100", "subscriptions", "blocked-keys", "billing")]
    [InlineData("GET /v1/topics/orders/events/17%2Fpaid?key=17", "events", "get", "orders", "17/paid", "--key", "17")]
    [InlineData("GET /v1/dead-letters?limit=100&subscription=billing", "dead-letters", "list", "--subscription", "billing")]
    public async Task A_command_asks_for_what_it_says(string asked, params string[] arguments)
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(200, """{"items":[]}"""));
        Assert.Equal(0, (await CommandRun.AgainstAsync(herald, arguments)).Code);
        var request = Assert.Single(herald.Requests);
        Assert.Equal(asked, $"{request.Method} {Uri.EscapeDataString(request.Path).Replace("%2F", "/", StringComparison.Ordinal)}"
            .Replace("%3F", "?", StringComparison.Ordinal).Replace("%3D", "=", StringComparison.Ordinal).Replace("%26", "&", StringComparison.Ordinal)
            .Replace("%25", "%", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_subscription_is_put_together_from_options_and_file()
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(201, """{"id":"billing"}"""));
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, """{"topic":"other","retry":{"maxAge":"1h"}}""", TestContext.Current.CancellationToken);
            await CommandRun.AgainstAsync(
                herald, "subscriptions", "put", "billing", "--file", file, "--topic", "orders", "--endpoint", "https://x.example/h",
                "--filter", "type=placed,paid", "--from", "17", "--max-in-flight", "4", "--label", "team=billing");
        }
        finally
        {
            File.Delete(file);
        }
        var request = herald.Requests.Last();
        Assert.Equal("PUT", request.Method);
        Assert.Equal(
            """{"topic":"orders","retry":{"maxAge":"1h"},"endpoint":"https://x.example/h","labels":{"team":"billing"},"filter":{"type":["placed","paid"]},"limits":{"maxInFlight":4},"from":17}""",
            request.Body);
    }

    [Fact]
    public async Task Durations_are_read_and_sent_as_Herald_writes_them()
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(200, """{"secret":"whsec_x"}"""));
        await CommandRun.AgainstAsync(herald, "subscriptions", "rotate-secret", "billing", "--overlap", "90m");
        Assert.Equal("""{"overlap":"1h30m"}""", Assert.Single(herald.Requests).Body);
        Assert.Contains("[default: 1d]", (await CommandRun.OfAsync("subscriptions", "rotate-secret", "--help")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lists_are_columns_for_people_and_the_answer_itself_for_machines()
    {
        const string Page = """{"items":[{"name":"a","createdAt":"2020-01-31T00:00:00Z"},{"name":"orders","createdAt":null}],"nextCursor":"abc"}""";
        await using var herald = await FakeHerald.StartAsync(_ => new(200, Page));

        var people = await CommandRun.AgainstAsync(herald, "topics", "list");
        Assert.Equal(["TOPIC   LABELS  CREATED", "a       -       2020-01-31", "orders  -       -"], people.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("--cursor abc", people.Error, StringComparison.Ordinal);

        var machines = await CommandRun.AgainstAsync(herald, "topics", "list", "--json");
        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(Page).RootElement, JsonDocument.Parse(machines.Out).RootElement));
        Assert.Empty(machines.Error);
    }

    [Fact]
    public async Task The_token_comes_from_its_file()
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(200, """{"items":[]}"""));
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, "s3cret-token\n", TestContext.Current.CancellationToken);
            await CommandRun.AgainstAsync(herald, "topics", "list", "--token-file", file);
        }
        finally
        {
            File.Delete(file);
        }
        Assert.Equal("Bearer s3cret-token", Assert.Single(herald.Requests).Authorization);
    }

    [Fact]
    public async Task The_version_is_told_for_people_and_machines()
    {
        var version = typeof(HeraldCommandLine).Assembly.GetName().Version!.ToString(3);
        Assert.StartsWith($"herald {version} on .NET", (await CommandRun.OfAsync("version")).Out, StringComparison.Ordinal);
        using var json = JsonDocument.Parse((await CommandRun.OfAsync("version", "--json")).Out);
        Assert.Equal(version, json.RootElement.GetProperty("version").GetString());
    }

    [Theory]
    [InlineData(500, "", "Herald answered 500.")]
    [InlineData(502, "<html>bad gateway</html>", "Herald answered 502: <html>bad gateway</html>")]
    public async Task An_answer_that_is_no_problem_of_Heralds_is_told_as_it_came(int status, string body, string told)
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(status, body, "text/html"));
        var run = await CommandRun.AgainstAsync(herald, "topics", "get", "orders");
        Assert.Equal([told], run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task For_machines_a_problem_is_printed_as_it_came()
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(400, Problem, "application/problem+json"));
        var run = await CommandRun.AgainstAsync(herald, "topics", "create", "orders", "--json");
        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(Problem).RootElement, JsonDocument.Parse(run.Out).RootElement));
    }

    [Fact]
    public async Task A_subscription_file_that_is_no_object_is_told()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, "[1]", TestContext.Current.CancellationToken);
            var run = await CommandRun.OfAsync("subscriptions", "put", "billing", "--file", file);
            Assert.Equal(2, run.Code);
            Assert.Contains($"{file}: not a JSON object", run.Error, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_change_may_be_tied_to_the_version_that_was_read()
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(200, """{"id":"billing"}"""));
        await CommandRun.AgainstAsync(herald, "subscriptions", "put", "billing", "--endpoint", "https://x.example/h", "--if-match", "\"7\"");
        Assert.Equal("\"7\"", herald.Requests.Last().IfMatch);
    }

    [Fact]
    public async Task Tail_tells_why_there_is_nothing_to_show()
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(404, """{"code":"event-not-found","detail":"There is none."}""", "application/problem+json"));
        var run = await CommandRun.AgainstAsync(herald, "tail", "orders");
        Assert.Equal((4, "There is none."), (run.Code, run.Error.Trim()));
    }

    [Fact]
    public async Task Tail_shortens_long_payloads_and_shows_what_it_cannot_read_as_it_came()
    {
        var lines = $$"""
            {"shard":3,"sequence":7,"id":"e1","time":"2026-01-01T00:00:00Z","payload":"{{new string('x', 500)}}"}
            no JSON at all
            """;
        await using var herald = await FakeHerald.StartAsync(_ => new(200, lines, "application/x-ndjson"));
        var run = await CommandRun.AgainstAsync(herald, "tail", "orders");
        Assert.Equal(
            [$"2026-01-01T00:00:00Z  3/7  -  -  e1  \"{new string('x', 199)}…", "no JSON at all"], run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Tail_prints_a_line_an_event_until_the_stream_ends()
    {
        const string Lines = """
            {"shard":3,"sequence":7,"id":"e1","key":"order-1","type":"paid","time":"2026-01-01T00:00:00Z","payload":{"a":1}}
            {"shard":3,"sequence":8,"id":"e2","time":"2026-01-01T00:00:01Z","payload":"text"}
            """;
        await using var herald = await FakeHerald.StartAsync(_ => new(200, Lines, "application/x-ndjson"));
        var run = await CommandRun.AgainstAsync(herald, "tail", "orders");
        Assert.Equal(1, run.Code);
        Assert.Equal(
            ["2026-01-01T00:00:00Z  3/7  order-1  paid  e1  {\"a\":1}", "2026-01-01T00:00:01Z  3/8  -  -  e2  \"text\""],
            run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private static IEnumerable<string> Paths(Command command, string before) =>
        command.Subcommands.SelectMany(inner => Paths(inner, $"{before} {inner.Name}").Prepend($"{before} {inner.Name}".Trim()));
}
