using Herald.Cli.CommandLine;
using Herald.Hosting.Commands;
using Herald.TestKit.Http;
using Herald.TestKit.Time;
using Xunit;

namespace Herald.Cli.Tests.CommandLine;

public sealed class TableTests
{
    private const string LongId = "a-subscription-with-a-long-id-that-is-never-cut";

    private const string Subscriptions = $$"""
        {"items":[{"id":"acme","topic":"orders","status":"active","endpoint":"https://receiver.example.com/a/long/path/to/the/hook?customer=acme"},
                  {"id":"{{LongId}}","topic":"orders","status":"paused","endpoint":"https://x.example/h"},
                  {"id":"gone","topic":"or\nders","status":"disabled","endpoint":"https://x.example/gone"}]}
        """;

    private static readonly DateTimeOffset Now = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_table_fits_a_screen_of_80_and_no_id_is_cut()
    {
        var lines = await LinesAsync(Subscriptions, 80, hasColors: false, "subscriptions", "list");
        Assert.Equal(
            [
                "SUBSCRIPTION                                     TOPIC    STATUS    ENDPOINT",
                "acme                                             orders   active    https://rec…",
                $"{LongId}  orders   paused    https://x.e…",
                "gone                                             or ders  disabled  https://x.e…",
            ],
            lines);
        Assert.All(lines, line => Assert.True(line.Length <= 80, line));
    }

    [Theory]
    [InlineData(30)]
    [InlineData(null)]
    public async Task A_screen_without_room_or_without_a_width_keeps_the_ids(int? width)
    {
        var lines = await LinesAsync(Subscriptions, width, hasColors: false, "subscriptions", "list");
        Assert.StartsWith($"{LongId} ", lines[2], StringComparison.Ordinal);
        Assert.Equal(width is null, lines[1].EndsWith("hook?customer=acme", StringComparison.Ordinal));
    }

    [Fact]
    public async Task States_have_colors_only_where_there_are_some()
    {
        var colored = await LinesAsync(Subscriptions, null, hasColors: true, "subscriptions", "list");
        Assert.Contains("\e[32mactive  \e[0m", colored[1], StringComparison.Ordinal);
        Assert.Contains("\e[33mpaused  \e[0m", colored[2], StringComparison.Ordinal);
        Assert.Contains("\e[31mdisabled\e[0m", colored[3], StringComparison.Ordinal);
        Assert.DoesNotContain('\e', colored[0]);
        Assert.All(await LinesAsync(Subscriptions, 80, hasColors: false, "subscriptions", "list"), line => Assert.DoesNotContain('\e', line));
    }

    [Fact]
    public void What_is_no_terminal_has_no_colors_and_no_width()
    {
        using var output = new StringWriter();
        Assert.Equal(new Screen(null, false, TimeProvider.System), Screen.Of(output, TimeProvider.System));
    }

    [Theory]
    [InlineData("2026-01-31T11:59:59.900Z", "now")]
    [InlineData("2026-01-31T11:59:30Z", "30 s ago")]
    [InlineData("2026-01-31T11:57:00Z", "3 m ago")]
    [InlineData("2026-01-31T10:30:00Z", "90 m ago")]
    [InlineData("2026-01-30T12:00:00Z", "24 h ago")]
    [InlineData("2026-01-01T12:00:00Z", "30 d ago")]
    [InlineData("2025-01-01T12:00:00Z", "2025-01-01")]
    [InlineData("2026-01-31T12:00:20.500Z", "in 20 s")]
    public async Task Times_are_told_as_ages(string time, string told)
    {
        var lines = await LinesAsync($$"""{"items":[{"name":"orders","createdAt":"{{time}}"}]}""", 80, hasColors: false, "topics", "list");
        Assert.Equal(["TOPIC   LABELS  CREATED", $"orders  -       {told}"], lines);
        var json = await LinesAsync($$"""{"items":[{"name":"orders","createdAt":"{{time}}"}]}""", 80, hasColors: false, "topics", "list", "--json");
        Assert.Contains(json, line => line.Contains(time, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Dead_letters_show_their_topic_and_the_last_answer()
    {
        const string Page = """
            {"items":[{"id":"dl_3_1_1_42","subscription":"acme","topic":"orders","reason":"attempts-exhausted","detail":"500 Internal Server Error",
              "attempts":3,"statusCode":500,"diedAt":"2026-01-31T11:57:00Z","event":{"id":"order-17-paid","key":"order-17"}}]}
            """;
        var lines = await LinesAsync(Page, null, hasColors: false, "dead-letters", "list");
        Assert.Equal(
            [
                "DEAD LETTER  TOPIC   SUBSCRIPTION  EVENT          KEY       ATTEMPTS  LAST ANSWER                DIED",
                "dl_3_1_1_42  orders  acme          order-17-paid  order-17  3         500 Internal Server Error  3 m ago",
            ],
            lines);
        Assert.All(await LinesAsync(Page, 80, hasColors: false, "dead-letters", "list"), line => Assert.True(line.Length <= 80, line));
    }

    [Fact]
    public async Task A_payload_is_shown_as_it_was_published()
    {
        const string Letter = """
            {"id":"dl_3_1_1_42","topic":"orders","subscription":"acme","reason":"attempts-exhausted","detail":"400","attempts":1,"statusCode":null,
             "diedAt":"2026-01-31T11:57:00Z","event":{"id":"e","attributes":{},"payload":{"address": null, "amount":1.50,"open":true}}}
            """;
        var lines = await LinesAsync(Letter, 80, hasColors: false, "dead-letters", "get", "dl_3_1_1_42");
        Assert.Contains("""  payload: {"address": null, "amount":1.50,"open":true}""", lines);
        Assert.DoesNotContain(lines, line => line.StartsWith("statusCode", StringComparison.Ordinal));
    }

    private static async Task<string[]> LinesAsync(string answer, int? width, bool hasColors, params string[] command)
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(200, answer));
        var root = HeraldCommandLine.Create(TimeProvider.System);
        using var output = new StringWriter();
        var code = await CommandRoot.RunAsync(
            root, [.. command, "--server", herald.Address], output, TextWriter.Null, TestContext.Current.CancellationToken,
            new Screen(width, hasColors, new ManualClock(Now)));
        Assert.Equal(0, code);
        return output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
    }
}
