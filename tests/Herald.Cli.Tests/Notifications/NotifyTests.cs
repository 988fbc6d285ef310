using System.Text.Json.Nodes;
using Herald.TestKit.Http;
using Xunit;

namespace Herald.Cli.Tests.Notifications;

/// <summary><c>herald notify</c> and <c>herald notifications …</c></summary>
public sealed class NotifyTests
{
    private const string Uuid = "0b8e7a52-93c1-4f0e-b1d5-3f6a0c9d0007";

    private const string Failed =
        $$"""{"uuid":"{{Uuid}}","status":"FAILED","destination":"EMAIL","acceptedAt":"2026-01-31T12:00:00.000Z","attempts":3,"lastWords":"550 5.1.1 No such user","conflicts":0}""";

    [Fact]
    public async Task One_notification_is_posted_with_all_that_was_given()
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(201, $$"""{"uuid":"{{Uuid}}","status":"NOT_PROCESSED"}"""));
        var run = await CommandRun.AgainstAsync(
            herald, "notify", "--via", "email", "--to", "anna@example.com", "--subject", "Disk", "--uuid", Uuid, "--priority", "high", "--category", "ops",
            "--not-before", "2031-01-31T12:00:00+01:00", "--expires", "2031-02-01T12:00:00Z", "The disk is full.");
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Equal($"{Uuid}  NOT_PROCESSED", run.Out.Trim());
        var request = Assert.Single(herald.Requests);
        Assert.Equal(("POST", "/v1/notifications"), (request.Method, request.Path));
        var sent = JsonNode.Parse(request.Body)!.AsObject();
        Assert.Equal(
            ["category", "destination", "expires", "notBefore", "priority", "subject", "to", "txt", "uuid"],
            sent.Select(field => field.Key).Order(StringComparer.Ordinal));
        Assert.Equal(("EMAIL", "The disk is full.", Uuid), (sent["destination"]!.ToString(), sent["txt"]!.ToString(), sent["uuid"]!.ToString()));
    }

    [Fact]
    public async Task A_template_has_its_parameters_and_no_text()
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(201, $$"""{"uuid":"{{Uuid}}","status":"NOT_PROCESSED"}"""));
        var run = await CommandRun.AgainstAsync(herald, "notify", "--via", "sms", "--template", "welcome", "--param", "name=Anna=1", "--param", "day=2");
        Assert.Equal(0, run.Code);
        var sent = JsonNode.Parse(Assert.Single(herald.Requests).Body)!;
        Assert.Equal("""{"name":"Anna=1","day":"2"}""", sent["params"]!.ToJsonString());
        Assert.Null(sent["txt"]);
    }

    [Theory]
    [InlineData("Nothing to send", "--via", "email")]
    [InlineData("--via fax: expected email, sms, slack or push.", "--via", "fax", "Hello")]
    [InlineData("--via", "Hello")]
    [InlineData("--not-before tomorrow", "--via", "email", "--not-before", "tomorrow", "Hello")]
    [InlineData("expected NAME=VALUE", "--via", "email", "--template", "a", "--param", "name")]
    [InlineData("--campaign is for --file", "--via", "email", "--campaign", "a", "Hello")]
    [InlineData("The columns of --file say these", "--via", "email", "--file", "x.csv", "--to", "a@b.c", "Hello")]
    [InlineData("the file does not exist", "--via", "email", "--file", "/nowhere/x.csv", "Hello")]
    public async Task What_cannot_be_meant_is_refused_and_nothing_is_sent(string message, params string[] arguments)
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(500, "{}"));
        var run = await CommandRun.AgainstAsync(herald, ["notify", .. arguments]);
        Assert.Equal(2, run.Code);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Empty(herald.Requests);
    }

    [Theory]
    [InlineData("PROCESSED", 0, "")]
    [InlineData("FAILED", 1, "It was not sent: FAILED.")]
    [InlineData("EXPIRED", 1, "It was not sent: EXPIRED.")]
    public async Task With_wait_the_status_decides(string status, int code, string message)
    {
        var looks = 0;
        await using var herald = await FakeHerald.StartAsync(request => request.Method == "POST"
            ? new(201, $$"""{"uuid":"{{Uuid}}","status":"NOT_PROCESSED"}""")
            : Interlocked.Increment(ref looks) switch
            {
                1 => new(404, """{"code":"notification-not-found","status":404}"""),
                2 => new(200, Failed.Replace("FAILED", "NOT_PROCESSED", StringComparison.Ordinal)),
                _ => new(200, Failed.Replace("FAILED", status, StringComparison.Ordinal)),
            });
        var run = await CommandRun.AgainstAsync(herald, "notify", "--via", "email", "--wait", "1m", "Hello");
        Assert.Equal(code, run.Code);
        Assert.Contains($"status: {status}", run.Out, StringComparison.Ordinal);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Equal(3, looks);
    }

    [Fact]
    public async Task With_wait_a_status_that_stays_open_is_said_after_the_time()
    {
        await using var herald = await FakeHerald.StartAsync(request => request.Method == "POST"
            ? new(201, $$"""{"uuid":"{{Uuid}}","status":"NOT_PROCESSED"}""")
            : new(200, Failed.Replace("FAILED", "NOT_PROCESSED", StringComparison.Ordinal)));
        var run = await CommandRun.AgainstAsync(herald, "notify", "--via", "email", "--wait", "10ms", "Hello");
        Assert.Equal(7, run.Code);
        Assert.Contains($"notifications show {Uuid}", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_list_is_a_table()
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(200, $$"""{"items":[{{Failed}}],"nextCursor":"abc"}"""));
        var run = await CommandRun.AgainstAsync(herald, "notifications", "list", "--status", "FAILED", "--via", "email", "--to", "a@b.c", "--since", "2026-01-01T00:00:00Z");
        Assert.Equal(0, run.Code);
        Assert.Contains("LAST WORDS", run.Out, StringComparison.Ordinal);
        Assert.Contains("550 5.1.1 No such user", run.Out, StringComparison.Ordinal);
        Assert.Contains("--cursor abc", run.Error, StringComparison.Ordinal);
        var target = Assert.Single(herald.Requests).Target;
        Assert.Equal("/v1/notifications?limit=100&status=FAILED&destination=email&recipient=a%40b.c&from=2026-01-01T00%3A00%3A00.000Z", target);
    }

    [Theory]
    [InlineData("GET", $"/v1/notifications/{Uuid}", "notifications", "show", Uuid)]
    [InlineData("GET", "/v1/notifications/counts", "notifications", "counts")]
    [InlineData("POST", $"/v1/notifications/{Uuid}/redrive", "notifications", "redrive", Uuid)]
    [InlineData("PUT", "/v1/suppressions/email%3Aanna%40example.com", "notifications", "suppress", "email:anna@example.com", "--reason", "bounced")]
    [InlineData("DELETE", "/v1/suppressions/user%3A42", "notifications", "allow", "user:42")]
    [InlineData("GET", "/v1/suppressions?limit=100", "notifications", "suppressions")]
    public async Task Each_command_asks_its_address(string method, string target, params string[] arguments)
    {
        await using var herald = await FakeHerald.StartAsync(request => request.Target switch
        {
            var path when path.EndsWith("counts", StringComparison.Ordinal) => new(200, """{"counts":{"EMAIL":{"FAILED":3}}}"""),
            var path when path.StartsWith("/v1/suppressions?", StringComparison.Ordinal) =>
                new(200, """{"items":[{"recipient":"user:42","reason":"opted-out","since":"2026-01-31T12:00:00.000Z","by":"api"}]}"""),
            _ when request.Method == "DELETE" => new(204, ""),
            _ => new(200, Failed),
        });
        var run = await CommandRun.AgainstAsync(herald, arguments);
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.NotEqual("", run.Out);
        var request = Assert.Single(herald.Requests);
        Assert.Equal((method, target), (request.Method, request.Target));
    }

    [Fact]
    public async Task A_uuid_that_is_none_is_refused_here()
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(500, "{}"));
        Assert.Equal(2, (await CommandRun.AgainstAsync(herald, "notifications", "show", "17")).Code);
        Assert.Empty(herald.Requests);
    }
}
