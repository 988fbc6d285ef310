using System.Text.Json;
using Herald.Cli.Publishing;
using Herald.Hosting.Commands;
using Herald.TestKit.Http;
using Xunit;

namespace Herald.Cli.Tests.Publishing;

public sealed class PublishCommandTests
{
    [Fact]
    public async Task Payloads_share_what_is_given_for_them()
    {
        await using var herald = await FakeHerald.StartAsync(AcceptAll);
        var run = await CommandRun.AgainstAsync(
            herald, "publish", "orders", """{"state":"paid"}""", "2", "--key", "17", "--type", "t", "--attribute", "region=eu", "--id-prefix", "p");
        Assert.Equal(0, run.Code);
        Assert.StartsWith("accepted 2, duplicates 0, refused 0", run.Out, StringComparison.Ordinal);
        Assert.Equal(
            [
                """{"key":"17","type":"t","attributes":{"region":"eu"},"id":"p-1","payload":{"state":"paid"}}""",
                """{"key":"17","type":"t","attributes":{"region":"eu"},"id":"p-2","payload":2}""",
            ],
            Lines(Assert.Single(herald.Requests)));
    }

    [Theory]
    [InlineData("The payload {\"a\":1 is not JSON: it ends too early. Nothing was sent.", "{\"a\":1")]
    [InlineData("The payload {amount: is not JSON from 'amount:' on. Nothing was sent.", "{amount:", "5}")]
    [InlineData("The payload paid is not JSON from 'paid' on. Nothing was sent.", "1", "paid")]
    public async Task What_is_not_JSON_is_refused_before_anything_is_sent(string told, params string[] payloads)
    {
        await using var herald = await FakeHerald.StartAsync(AcceptAll);
        var run = await CommandRun.AgainstAsync(herald, ["publish", "orders", .. payloads]);
        Assert.Equal((2, ""), (run.Code, run.Out));
        Assert.StartsWith(told, run.Error, StringComparison.Ordinal);
        Assert.Contains("--text", run.Error, StringComparison.Ordinal);
        Assert.Empty(herald.Requests);
    }

    [Theory]
    [InlineData("Nothing was sent: there are no payloads, and the standard input had no events.", "orders")]
    [InlineData("<topic> is missing: {\"n\":1} is a payload, and comes after the topic.", "{\"n\":1}")]
    public async Task Without_a_payload_nothing_was_published_and_that_is_told(string told, string topic)
    {
        await using var herald = await FakeHerald.StartAsync(AcceptAll);
        var root = CommandRoot.Create(PublishCommand.Create(TimeProvider.System, new MemoryStream()));
        var run = await CommandRun.OfAsync(root, "publish", topic, "--server", herald.Address);
        Assert.Equal((2, "", told), (run.Code, run.Out, run.Error.Trim()));
        Assert.Empty(herald.Requests);
    }

    [Fact]
    public async Task Events_come_from_the_standard_input()
    {
        await using var herald = await FakeHerald.StartAsync(AcceptAll);
        var root = CommandRoot.Create(PublishCommand.Create(TimeProvider.System, new MemoryStream("""{"payload":1}"""u8.ToArray())));
        var run = await CommandRun.OfAsync(root, "publish", "orders", "--id-prefix", "p", "--server", herald.Address);
        Assert.Equal(0, run.Code);
        Assert.Equal(["""{"payload":1,"id":"p-1"}"""], Lines(Assert.Single(herald.Requests)));
    }

    [Fact]
    public async Task A_file_may_be_empty()
    {
        await using var herald = await FakeHerald.StartAsync(AcceptAll);
        using var file = new EventFile([]);
        Assert.Equal(0, (await CommandRun.AgainstAsync(herald, "publish", "orders", "--file", file.Path)).Code);
    }

    [Fact]
    public async Task A_payload_that_looks_like_an_option_follows_two_dashes()
    {
        await using var herald = await FakeHerald.StartAsync(AcceptAll);
        var run = await CommandRun.OfAsync(
            "publish", "orders", "--text", "--id-prefix", "p", "--server", herald.Address, "--", "--kye");
        Assert.Equal(0, run.Code);
        Assert.Equal(["""{"id":"p-1","payload":"--kye"}"""], Lines(Assert.Single(herald.Requests)));
    }

    [Fact]
    public async Task Text_is_sent_as_a_string_when_it_is_called_text()
    {
        await using var herald = await FakeHerald.StartAsync(AcceptAll);
        Assert.Equal(0, (await CommandRun.AgainstAsync(herald, "publish", "orders", "{hello", "1", "--text", "--id-prefix", "p")).Code);
        Assert.Equal(["""{"id":"p-1","payload":"{hello"}""", """{"id":"p-2","payload":"1"}"""], Lines(Assert.Single(herald.Requests)));
    }

    [Fact]
    public async Task The_ids_are_shown_and_the_command_that_shows_an_event()
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(202, """
            {"results":[{"index":0,"id":"order 17","status":"accepted"},{"index":1,"id":"p-2","status":"duplicate"}]}
            """));
        string[] command = ["publish", "orders", "1", "2", "--key", "it's"];
        var run = await CommandRun.AgainstAsync(herald, command);
        Assert.Equal(["order 17", "p-2"], run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..]);
        Assert.Equal("See: herald events get orders 'order 17' --key 'it'\\''s'", run.Error.Trim());

        using var json = JsonDocument.Parse((await CommandRun.AgainstAsync(herald, [.. command, "--json"])).Out);
        Assert.Equal(["order 17", "p-2"], json.RootElement.GetProperty("ids").EnumerateArray().Select(id => id.GetString()));
    }

    [Fact]
    public async Task A_request_that_is_refused_as_a_whole_has_no_summary()
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(404, """{"code":"some-problem","detail":"There is none."}""", "application/problem+json"));
        var run = await CommandRun.AgainstAsync(herald, "publish", "orders", "1");
        Assert.Equal((4, "", "There is none."), (run.Code, run.Out, run.Error.Trim()));
    }

    [Fact]
    public async Task A_file_goes_in_batches_of_500_and_lines_without_an_id_get_a_repeatable_one()
    {
        await using var herald = await FakeHerald.StartAsync(AcceptAll);
        using var file = new EventFile(Enumerable.Range(1, 1200).Select(i => i == 3 ? """{"id":"own","payload":1.50}""" : $$"""{"payload":{{i}}}"""));
        var run = await CommandRun.AgainstAsync(herald, "publish", "orders", "--file", file.Path, "--id-prefix", "p", "--json");
        Assert.Equal(0, run.Code);
        Assert.Equal([500, 500, 200], herald.Requests.Select(request => Lines(request).Length));
        var first = Lines(herald.Requests.First());
        Assert.Equal("""{"payload":2,"id":"p-2"}""", first[1]);
        Assert.Equal("""{"id":"own","payload":1.50}""", first[2]);
        using var summary = JsonDocument.Parse(run.Out);
        Assert.Equal(1200, summary.RootElement.GetProperty("accepted").GetInt32());
        Assert.True(summary.RootElement.GetProperty("complete").GetBoolean());
    }

    [Fact]
    public async Task A_batch_that_finds_no_room_is_sent_again_unchanged()
    {
        var asked = 0;
        await using var herald = await FakeHerald.StartAsync(request =>
            Interlocked.Increment(ref asked) < 3 ? new(503, """{"detail":"The store is full."}""", "application/problem+json") : AcceptAll(request));
        var run = await CommandRun.AgainstAsync(herald, "publish", "orders", "1");
        Assert.Equal(0, run.Code);
        Assert.Equal(3, herald.Requests.Count);
        Assert.Single(herald.Requests.Select(request => request.Body).Distinct());
    }

    [Fact]
    public async Task A_batch_that_is_stored_in_part_for_lack_of_room_is_sent_again_whole()
    {
        var asked = 0;
        await using var herald = await FakeHerald.StartAsync(request => Interlocked.Increment(ref asked) == 1
            ? new(207, """{"results":[{"index":0,"id":"p-1","status":"accepted"},{"index":1,"id":"p-2","status":"refused","problem":{"code":"no-room","pointer":"","value":"p-2","rule":"Full."}}]}""")
            : new(202, """{"results":[{"index":0,"id":"p-1","status":"duplicate"},{"index":1,"id":"p-2","status":"accepted"}]}"""));
        var run = await CommandRun.AgainstAsync(herald, "publish", "orders", "1", "2", "--id-prefix", "p");
        Assert.Equal(0, run.Code);
        Assert.StartsWith("accepted 1, duplicates 1, refused 0", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_patience_is_over_the_summary_says_how_to_go_on()
    {
        var asked = 0;
        await using var herald = await FakeHerald.StartAsync(request => Interlocked.Increment(ref asked) == 1 ? AcceptAll(request) : new(503, "{}"));
        using var file = new EventFile(Enumerable.Range(1, 700).Select(i => $$"""{"payload":{{i}}}"""));
        var run = await CommandRun.AgainstAsync(herald, "publish", "orders", "--file", file.Path, "--id-prefix", "p", "--retry-for", "1ms");
        Assert.Equal(7, run.Code);
        Assert.StartsWith("accepted 500,", run.Out, StringComparison.Ordinal);
        Assert.Contains($"herald publish orders --file {file.Path} --skip 500 --id-prefix p", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_gone_in_the_middle_is_told_and_how_to_go_on()
    {
        var asked = 0;
        await using var herald = await FakeHerald.StartAsync(request => Interlocked.Increment(ref asked) == 1 ? AcceptAll(request) : new(0, ""));
        using var file = new EventFile(Enumerable.Range(1, 700).Select(i => $$"""{"payload":{{i}}}"""));
        var run = await CommandRun.AgainstAsync(herald, "publish", "orders", "--file", file.Path, "--id-prefix", "p", "--retry-for", "1ms");
        Assert.Equal(3, run.Code);
        Assert.Contains("no longer answers", run.Error, StringComparison.Ordinal);
        Assert.Contains("--skip 500", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reply_without_a_result_for_each_event_is_no_success()
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(202, """{"results":[]}"""));
        var run = await CommandRun.AgainstAsync(herald, "publish", "orders", "1", "2");
        Assert.Equal(1, run.Code);
        Assert.Contains("without a result for each event", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_many_refused_lines_some_are_told_and_the_rest_counted()
    {
        await using var herald = await FakeHerald.StartAsync(AcceptAll);
        using var file = new EventFile(Enumerable.Repeat("[1]", 1000));
        var run = await CommandRun.AgainstAsync(herald, "publish", "orders", "--file", file.Path, "--id-prefix", "p");
        Assert.Equal(5, run.Code);
        Assert.Contains("line 1: not a JSON object", run.Error, StringComparison.Ordinal);
        Assert.Matches("… and [0-9]+ more", run.Error);
        Assert.Empty(herald.Requests);
    }

    [Fact]
    public async Task Going_on_leaves_out_what_was_sent_and_gives_the_same_ids()
    {
        await using var herald = await FakeHerald.StartAsync(AcceptAll);
        using var file = new EventFile(["""{"payload":1}""", """{"payload":2}""", """{"payload":3}"""]);
        await CommandRun.AgainstAsync(herald, "publish", "orders", "--file", file.Path, "--id-prefix", "p", "--skip", "2");
        Assert.Equal(["""{"payload":3,"id":"p-3"}"""], Lines(Assert.Single(herald.Requests)));
    }

    [Fact]
    public async Task Bad_lines_and_refusals_are_told_by_line_and_the_rest_is_published()
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(207, """
            {"results":[{"index":0,"id":"p-1","status":"accepted"},
             {"index":1,"status":"refused","problem":{"code":"invalid-request","pointer":"/key","value":"","rule":"A key has 1 to 1024 bytes."}}]}
            """));
        using var file = new EventFile(["""{"payload":1}""", "nonsense", "", """{"key":"","payload":2}"""]);
        var run = await CommandRun.AgainstAsync(herald, "publish", "orders", "--file", file.Path, "--id-prefix", "p");
        Assert.Equal(5, run.Code);
        Assert.StartsWith("accepted 1, duplicates 0, refused 2", run.Out, StringComparison.Ordinal);
        Assert.Contains("line 2: not JSON", run.Error, StringComparison.Ordinal);
        Assert.Contains("line 4: /key: A key has 1 to 1024 bytes.", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_of_which_nothing_is_accepted_is_told_by_line_too()
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(400, """
            {"code":"events-refused","detail":"No event of the batch was accepted.","results":[{"index":0,"status":"refused",
             "problem":{"code":"invalid-request","pointer":"/key","value":"","rule":"A key has 1 to 1024 bytes."}},
             {"index":1,"status":"refused"}]}
            """, "application/problem+json"));
        var run = await CommandRun.AgainstAsync(herald, "publish", "orders", "1", "2", "--id-prefix", "p");
        Assert.Equal(5, run.Code);
        Assert.StartsWith("accepted 0, duplicates 0, refused 2", run.Out, StringComparison.Ordinal);
        Assert.Contains("line 1: /key: A key has 1 to 1024 bytes.", run.Error, StringComparison.Ordinal);
        Assert.Contains("line 2: refused", run.Error, StringComparison.Ordinal);
    }

    private static FakeHerald.Answer AcceptAll(FakeHerald.Request request) =>
        new(202, JsonSerializer.Serialize(new { results = Lines(request).Select((_, index) => new { index, status = "accepted" }) }));

    private static string[] Lines(FakeHerald.Request request) => request.Body.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private sealed class EventFile : IDisposable
    {
        public EventFile(IEnumerable<string> lines) => File.WriteAllLines(Path, lines);

        public string Path { get; } = System.IO.Path.GetTempFileName();

        public void Dispose() => File.Delete(Path);
    }
}
