using Herald.Cli.CommandLine;
using Herald.TestKit.Http;
using Herald.TestKit.Time;
using Xunit;

namespace Herald.Cli.Tests.Events;

/// <summary>The sentences of <c>herald events get</c> and <c>herald subscriptions lag</c>.</summary>
public sealed class StoryTests
{
    private const string Day = "2030-01-02T";
    private static readonly ManualClock Clock = new();

    public static TheoryData<string, string> Sentences => new()
    {
        { Delivery("delivered", Step("delivered", "17:15:41", attempts: 1)), "acme  delivered 17:15:41" },
        { Delivery("delivered", Step("delivered", "17:15:41", attempts: 3)), "acme  delivered 17:15:41 (3 attempts)" },
        { Delivery("delivered", """{"step":"delivered","at":"2029-12-31T23:59:59.900Z","attempts":1}"""), "acme  delivered 2029-12-31 23:59:59" },
        { Delivery("delivered"), "acme  delivered; the history no longer has when" },
        {
            Delivery("delivered", Step("deadLettered", "17:15:20", attempts: 3), Step("redriven", "17:15:39", by: "ops"), Step("delivered", "17:15:41", attempts: 1)),
            "acme  delivered 17:15:41 after redrive by ops (dead-lettered 17:15:20, 3 attempts)"
        },
        {
            Delivery("delivered", Step("delivered", "17:15:41", attempts: 1), Step("replayed", "17:20:00", by: "ops"), Step("delivered", "17:21:03", attempts: 1)),
            "acme  delivered 17:15:41, again 17:21:03 after replay by ops"
        },
        {
            Delivery("delivered", Step("held", "17:15:20", attempts: 3), Step("released", "17:16:00", by: "ops"), Step("delivered", "17:16:01", attempts: 1)),
            "acme  delivered 17:16:01 after release by ops (held 17:15:20, 3 attempts)"
        },
        { Delivery("deadLettered", Step("deadLettered", "17:15:20", attempts: 3)), "acme  dead-lettered 17:15:20, 3 attempts" },
        {
            Delivery("deadLettered", Step("deadLettered", "17:15:20", attempts: 3), Step("redriven", "17:16:00", by: "ops"), Step("deadLettered", "17:16:20", attempts: 1)),
            "acme  dead-lettered 17:16:20, 1 attempt (dead-lettered 17:15:20, 3 attempts; redriven 17:16:00 by ops)"
        },
        {
            Delivery("discarded", Step("deadLettered", "17:15:20", attempts: 3), Step("discarded", "17:16:00", by: "ops")),
            "acme  discarded 17:16:00 by ops (dead-lettered 17:15:20, 3 attempts)"
        },
        { Delivery("forwarded", """{"step":"forwarded","at":"2030-01-02T17:15:20Z","attempts":2,"topic":"failed"}"""), "acme  forwarded to failed 17:15:20, 2 attempts" },
        { Delivery("expired", Step("expired", "17:15:20")), "acme  expired 17:15:20" },
        {
            Why("""{"reason":"behindEvent","eventId":"ord-137","key":"order-137","status":"blocked","attempts":5,"endpoint":"127.0.0.1:9999","lastReason":"connection refused","nextAttemptAt":"2030-01-02T17:16:59Z"}"""),
            "acme  waiting behind ord-137 (key order-137, 5 attempts, 127.0.0.1:9999: connection refused, next 17:16:59)"
        },
        {
            Why("""{"reason":"behindEvent","eventId":"ord-137","key":"k","status":"inFlight","attempts":0,"endpoint":"h"}"""),
            "acme  waiting behind ord-137 (key k, an attempt is under way)"
        },
        {
            Why("""{"reason":"failed","endpoint":"h:1","lastReason":"answered 503","nextAttemptAt":"2030-01-02T17:16:59Z"}""", attempts: 2),
            "acme  blocked after 2 attempts (h:1: answered 503, next 17:16:59)"
        },
        {
            Why("""{"reason":"failed","endpoint":"h:1","lastReason":"h:1: connection refused"}""", attempts: 2),
            "acme  blocked after 2 attempts (h:1: connection refused)"
        },
        { Why("""{"reason":"held","lastReason":"answered 500"}""", attempts: 1), "acme  held after 1 attempt (answered 500): release its key, or discard the event" },
        { Why("""{"reason":"paused","since":"2030-01-02T17:00:00Z","by":"ops"}"""), "acme  waiting: the subscription is paused since 17:00:00 by ops" },
        { Why("""{"reason":"disabled","since":"2030-01-02T17:00:00Z","because":"answered 410"}"""), "acme  waiting: Herald has disabled the subscription since 17:00:00: answered 410" },
        { Why("""{"reason":"endpointSilent","endpoint":"h:1"}"""), "acme  waiting: h:1 does not answer, and gets single attempts until it does" },
        { Why("""{"reason":"noChannel","lacks":"a channel for kafka:// endpoints"}"""), "acme  waiting: the node lacks a channel for kafka:// endpoints" },
        {
            Why("""{"reason":"noSecret"}"""),
            "acme  waiting: the secret of the endpoint cannot be read, and nothing is sent without it; see herald subscriptions rotate-secret"
        },
        { Why("""{"reason":"notReached","entries":42}"""), "acme  waiting: the subscription has still to read 42 entries of the log" },
        { Why("""{"reason":"noRoom"}"""), "acme  waiting until an attempt can start" },
        { Why("""{"reason":"filteredOut","attribute":"country","value":"US","wanted":["NZ","AU"]}"""), "acme  filtered out: country=US, wants NZ or AU" },
        { Why("""{"reason":"filteredOut","attribute":"country","wanted":["NZ"]}"""), "acme  filtered out: it has no country, wants NZ" },
        { Why("""{"reason":"filterChanged"}"""), "acme  not delivered as far as the history goes back; the filter has changed since" },
        { Why("""{"reason":"notSubscribed","since":"2030-01-02T17:00:00Z"}"""), "acme  not subscribed: its deliveries begin after the event; it was created 17:00:00 (what a deleted one with this id got is not known)" },
        { Why("""{"reason":"beforeReplay","since":"2030-01-02T17:00:00Z","by":"ops"}"""), "acme  not delivered as far as the history goes back, and its replay of 17:00:00 by ops began after the event" },
        { Why("""{"reason":"otherTopic","topic":"payments"}"""), "acme  not subscribed: its topic is payments" },
        { """{"subscription":"acme","status":"inFlight","attempts":0,"steps":[]}""", "acme  an attempt is under way" },
    };

    [Theory]
    [MemberData(nameof(Sentences), DisableDiscoveryEnumeration = true)]
    public async Task Each_delivery_is_one_sentence(string delivery, string sentence)
    {
        var run = await RunAsync($$"""{"event":{"id":"e"},"deliveries":[{{delivery}}],"attempts":[]}""", "events", "get", "orders", "e");
        Assert.Equal($"id: e\ndeliveries:\n  {sentence}\nattempts: none\n", run.Out);
    }

    [Fact]
    public async Task A_message_is_shown_with_its_delivery_and_attempts_have_a_line_each()
    {
        var run = await RunAsync(
            """
            {"event":{"id":"e"},"deliveries":[{"subscription":"acme","status":"delivered","attempts":2,"messageId":"msg_x","steps":[{"step":"delivered","at":"2030-01-02T17:15:41Z","attempts":2}]}],
             "attempts":[{"subscription":"acme","number":1,"sending":"first","at":"2030-01-02T17:15:30Z","outcome":"failed","reason":"answered 500","answer":"no"},
              {"subscription":"acme","number":1,"sending":"redrive","at":"2030-01-02T17:15:41.25Z","outcome":"delivered","reason":"","answer":""}]}
            """,
            "events", "find", "msg_x", "--subscription", "acme");
        Assert.Equal(
            "id: e\ndeliveries:\n  acme  delivered 17:15:41 (2 attempts)\n    message msg_x\nattempts:\n"
                + "  acme  17:15:30.000  first, attempt 1: failed, answered 500, no\n  acme  17:15:41.250  redrive, attempt 1: delivered\n",
            run.Out);
    }

    [Fact]
    public async Task What_a_receiver_or_a_publisher_wrote_stays_in_its_line_and_does_not_command_the_terminal()
    {
        var run = await RunAsync(
            """
            {"event":{"id":"e","type":"a\u001b[2Jb","attributes":{"x\r\ny":"1\n2"},"payload":{"a":"\u001b"}},
             "deliveries":[{"subscription":"acme","status":"blocked","attempts":1,"messageId":"m\u001bx","steps":[],"why":{"reason":"failed","endpoint":"h:1","lastReason":"no\u001b]0;x\u0007"}},
              {"subscription":"other","status":"filteredOut","attempts":0,"steps":[],"why":{"reason":"filteredOut","attribute":"c","value":"U\nS","wanted":["N\u009bZ"]}}],
             "attempts":[{"subscription":"acme","number":1,"at":"2030-01-02T17:15:30Z","outcome":"failed","reason":"r\ts","answer":"one\r\ntwo\u001b[1A"}]}
            """,
            "events", "get", "orders", "e");
        Assert.Equal(
            "id: e\ntype: a [2Jb\nattributes:\n  x  y: 1 2\npayload: {\"a\":\"\\u001b\"}\ndeliveries:\n"
                + "  acme  blocked after 1 attempt (h:1: no ]0;x )\n    message m x\n  other  filtered out: c=U S, wants N Z\n"
                + "attempts:\n  acme  17:15:30.000  attempt 1: failed, r s, one  two [1A\n",
            run.Out);
    }

    [Theory]
    [InlineData("GET /v1/topics/orders/events/e?key=k&subscription=acme", "events", "get", "orders", "e", "--key", "k", "--subscription", "acme")]
    [InlineData("GET /v1/messages/msg_x?subscription=acme", "events", "find", "msg_x", "--subscription", "acme")]
    public async Task The_subscription_is_asked_for(string asked, params string[] arguments)
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(200, "{}"));
        Assert.Equal(0, (await CommandRun.AgainstAsync(herald, arguments)).Code);
        Assert.Equal(asked, Assert.Single(herald.Requests) is var one ? $"{one.Method} {one.Target}" : "");
    }

    [Theory]
    [InlineData(
        """{"waiting":303,"waitingIs":"exact","inFlight":0,"limit":16,"maxInFlight":100,"limitReason":"adapting","blockedKeys":2,"heldKeys":0,"oldestWaitingAt":"2030-01-02T03:00:00Z","oldestEventId":"ord-12","oldestKey":"order-12"}""",
        "303 events wait, the oldest is ord-12 (key order-12) for 4m5s; 2 keys blocked; 0 attempts in flight")]
    [InlineData("""{"waiting":30,"waitingIs":"exact","inFlight":16,"limit":16,"maxInFlight":100,"limitReason":"adapting","blockedKeys":0,"heldKeys":0}""", "30 events wait; 16 attempts in flight; 16 of 100 attempts at once, because the limit rises only while more wait and the endpoint keeps its speed")]
    [InlineData("""{"waiting":0,"waitingIs":"exact","inFlight":0,"limit":100,"maxInFlight":100,"limitReason":"full","blockedKeys":0,"heldKeys":0}""", "idle; nothing waits")]
    [InlineData("""{"status":"active","waiting":0,"waitingIs":"exact","inFlight":0,"limit":0,"maxInFlight":100,"limitReason":"endpointSilent","blockedKeys":0}""", "idle; nothing waits; single attempts, because the endpoint does not answer")]
    [InlineData("""{"status":"active","waiting":0,"waitingIs":"exact","inFlight":2,"limit":100,"maxInFlight":100,"limitReason":"full","blockedKeys":0}""", "nothing waits; 2 attempts in flight")]
    [InlineData("""{"status":"paused","waiting":2,"waitingIs":"exact","inFlight":0,"limit":16,"maxInFlight":100,"limitReason":"adapting","blockedKeys":0}""", "paused; 2 events wait; 0 attempts in flight")]
    [InlineData("""{"status":"disabled","statusReason":"127.0.0.1:9 answered 410","waiting":2,"waitingIs":"exact","inFlight":0,"limit":16,"maxInFlight":100,"limitReason":"adapting","blockedKeys":1}""", "disabled: 127.0.0.1:9 answered 410; 2 events wait; 1 key blocked; 0 attempts in flight")]
    [InlineData(
        """{"waiting":1,"waitingIs":"atLeast","inFlight":1,"limit":4,"maxInFlight":100,"limitReason":"endpointFails","blockedKeys":0,"heldKeys":1}""",
        "at least 1 event waits; 1 key held; 1 attempt in flight; 4 of 100 attempts at once, because the endpoint answers with failures")]
    [InlineData("""{"waiting":2,"waitingIs":"atMost","inFlight":0,"limit":0,"maxInFlight":100,"limitReason":"endpointSilent","blockedKeys":0}""", "at most 2 events wait; 0 attempts in flight; single attempts, because the endpoint does not answer")]
    [InlineData("""{"waiting":2,"waitingIs":"exact","inFlight":50,"limit":50,"maxInFlight":100,"limitReason":"share","blockedKeys":0}""", "2 events wait; 50 attempts in flight; 50 of 100 attempts at once here, because the other nodes have the rest")]
    [InlineData("""{"waiting":2,"waitingIs":"estimate","inFlight":0,"limit":0,"blockedKeys":0,"waitsFor":"a channel for kafka:// endpoints"}""", "about 2 events wait; 0 attempts in flight; nothing is sent, because the node lacks a channel for kafka:// endpoints")]
    public async Task The_lag_is_one_line(string lag, string line)
    {
        var run = await RunAsync($$"""{"subscription":"acme",{{lag[1..]}}""", "subscriptions", "lag", "acme");
        Assert.Equal($"acme  {line}\n", run.Out);
    }

    [Fact]
    public async Task The_shards_are_shown_on_demand()
    {
        var run = await RunAsync(
            """{"subscription":"acme","waiting":0,"waitingIs":"exact","inFlight":0,"limit":10,"blockedKeys":0,"shards":[{"shard":3,"position":40,"head":42,"outstanding":2,"blockedKeys":0}]}""",
            "subscriptions", "lag", "acme", "--shards");
        Assert.Equal(["acme  idle; nothing waits", "SHARD  POSITION  HEAD  BLOCKED KEYS", "3      40        42    0"], run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private static async Task<CommandRun> RunAsync(string answer, params string[] arguments)
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(200, answer));
        var run = await CommandRun.OfAsync(HeraldCommandLine.Create(Clock), [.. arguments, "--server", herald.Address]);
        Assert.Equal((0, ""), (run.Code, run.Error));
        return run;
    }

    private static string Delivery(string status, params string[] steps) =>
        $$"""{"subscription":"acme","status":"{{status}}","attempts":1,"steps":[{{string.Join(',', steps)}}]}""";

    private static string Why(string why, int attempts = 0) =>
        $$"""{"subscription":"acme","status":"waiting","attempts":{{attempts}},"why":{{why}},"steps":[]}""";

    private static string Step(string step, string at, int attempts = 0, string? by = null) =>
        $$"""{"step":"{{step}}","at":"{{Day}}{{at}}Z"{{(attempts > 0 ? $",\"attempts\":{attempts}" : "")}}{{(by is null ? "" : $",\"by\":\"{by}\"")}}}""";
}
