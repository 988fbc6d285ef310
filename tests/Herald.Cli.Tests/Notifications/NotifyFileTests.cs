using System.Text.Json.Nodes;
using Herald.TestKit.Http;
using Xunit;

namespace Herald.Cli.Tests.Notifications;

/// <summary><c>herald notify --file</c></summary>
public sealed class NotifyFileTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"herald-recipients-{Guid.NewGuid():N}.csv");

    public void Dispose() => File.Delete(_path);

    [Fact]
    public async Task Each_line_is_a_notification_with_its_own_text()
    {
        await using var herald = await FakeHerald.StartAsync(Taken);
        var run = await RunAsync(herald, "to,name\r\n+491701,Anna\r\n\"+491702\",\"Bob, the \"\"second\"\"\"\r\n", "Hello {{name}}!");
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.StartsWith("posted 2, known 0, refused 0 in ", run.Out, StringComparison.Ordinal);
        var sent = Sent(herald);
        Assert.Equal(["Hello Anna!", "Hello Bob, the \"second\"!"], sent.Select(one => one["txt"]!.ToString()));
        Assert.Equal(["+491701", "+491702"], sent.Select(one => one["to"]!.ToString()));
    }

    [Fact]
    public async Task The_same_file_again_has_the_same_uuids_and_a_corrected_line_has_a_new_one()
    {
        await using var herald = await FakeHerald.StartAsync(Taken);
        await RunAsync(herald, "to,name\n+491701,Anna\n+491702,Bob\n+491701,Anna\n", "Hello {{name}}");
        await RunAsync(herald, "to,name\n+491701,Anna\n+491702,Rob\n+491701,Anna\n+491703,Eve\n", "Hello {{name}}");
        await RunAsync(herald, "to,name\n+491701,Anna\n+491702,Bob\n+491701,Anna\n", "Hello {{name}}", "--campaign", "again");
        var all = herald.Requests.Select(request => JsonNode.Parse(request.Body)!.AsArray().Select(one => Guid.Parse(one!["uuid"]!.ToString())).ToList()).ToList();
        Assert.Equal(3, all[0].Distinct().Count());
        Assert.Equal((all[0][0], all[0][2]), (all[1][0], all[1][2]));
        Assert.Equal(2, all[1].Except(all[0]).Count());
        Assert.Empty(all[2].Intersect(all[0]));
        Assert.All(all.SelectMany(one => one), uuid => Assert.Equal(5, uuid.Version));
    }

    [Fact]
    public async Task A_template_gets_the_columns()
    {
        await using var herald = await FakeHerald.StartAsync(Taken);
        var run = await RunAsync(herald, "name,to\nAnna,+491701\n", null, "--template", "welcome");
        Assert.Equal(0, run.Code);
        Assert.Equal("""{"name":"Anna"}""", Assert.Single(Sent(herald))["params"]!.ToJsonString());
    }

    [Fact]
    public async Task A_bad_line_and_a_refused_one_are_named_and_the_others_are_posted()
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(207, """
            {"taken":1,"refused":1,"results":[{"index":0,"uuid":"x","status":"NOT_PROCESSED","outcome":"same"},
             {"index":1,"outcome":"refused","problem":{"code":"invalid-request","status":400,"errors":[{"pointer":"/to","value":"12","rule":"A number begins with +."}]}}]}
            """));
        var run = await RunAsync(herald, "to,name\n+491701,Anna\n+491702\n12,Bob\n", "Hello {{name}}");
        Assert.Equal(1, run.Code);
        Assert.StartsWith("posted 0, known 1, refused 2 in ", run.Out, StringComparison.Ordinal);
        Assert.Contains("line 3: It has 1 values, and the heading has 2 columns.", run.Error, StringComparison.Ordinal);
        Assert.Contains("line 4: /to: 12: A number begins with +.", run.Error, StringComparison.Ordinal);
        Assert.Contains("--campaign", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_all_are_refused_each_has_its_reason()
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(400, """
            {"code":"notifications-refused","title":"x","status":400,"detail":"y","taken":0,"refused":1,"results":[{"index":0,"outcome":"conflict","problem":{"code":"uuid-conflict","status":409,"detail":"Another one has it."}}]}
            """));
        var run = await RunAsync(herald, "to\n+491701\n", "Hello");
        Assert.Equal(1, run.Code);
        Assert.Contains("line 2: Another one has it.", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_go_in_requests_of_500()
    {
        await using var herald = await FakeHerald.StartAsync(Taken);
        var run = await RunAsync(herald, "to\n" + string.Concat(Enumerable.Range(0, 1201).Select(i => $"+49170{i}\n")), "Hello");
        Assert.StartsWith("posted 1201,", run.Out, StringComparison.Ordinal);
        Assert.Equal([500, 500, 201], herald.Requests.Select(request => JsonNode.Parse(request.Body)!.AsArray().Count));
    }

    [Fact]
    public async Task A_server_that_cannot_accept_now_is_asked_again_with_the_same_uuids()
    {
        var asked = 0;
        await using var herald = await FakeHerald.StartAsync(
            request => Interlocked.Increment(ref asked) < 3 ? new(503, """{"code":"store-unavailable","status":503}""") : Taken(request));
        var run = await RunAsync(herald, "to\n+491701\n", "Hello");
        Assert.Equal(0, run.Code);
        Assert.Single(herald.Requests.Select(request => request.Body).Distinct());
        Assert.Equal(3, asked);
    }

    [Theory]
    [InlineData("", "has no heading line")]
    [InlineData("name\nAnna\n", "no column 'to'")]
    [InlineData("to,,a\n", "has no name")]
    [InlineData("to,a,a\n", "column 'a' twice")]
    [InlineData("to\n+491701\n", "the file has no column 'name'. Its columns are: to.")]
    public async Task A_file_that_cannot_be_used_is_refused_before_anything_is_sent(string content, string message)
    {
        await using var herald = await FakeHerald.StartAsync(Taken);
        var run = await RunAsync(herald, content, "Hello {{name}}");
        Assert.Equal(2, run.Code);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Empty(herald.Requests);
    }

    private async Task<CommandRun> RunAsync(FakeHerald herald, string content, string? text, params string[] more)
    {
        await File.WriteAllTextAsync(_path, content, TestContext.Current.CancellationToken);
        return await CommandRun.AgainstAsync(herald, ["notify", "--via", "sms", "--file", _path, .. more, .. text is null ? (string[])[] : [text]]);
    }

    private static List<JsonNode> Sent(FakeHerald herald) =>
        [.. herald.Requests.SelectMany(request => JsonNode.Parse(request.Body)!.AsArray()).Select(one => one!)];

    private static FakeHerald.Answer Taken(FakeHerald.Request request)
    {
        var results = JsonNode.Parse(request.Body)!.AsArray().Select((one, index) =>
            (JsonNode)new JsonObject { ["index"] = index, ["uuid"] = one!["uuid"]!.ToString(), ["status"] = "NOT_PROCESSED", ["outcome"] = "new" }).ToArray();
        return new(201, new JsonObject { ["taken"] = results.Length, ["refused"] = 0, ["results"] = new JsonArray(results) }.ToJsonString());
    }
}
