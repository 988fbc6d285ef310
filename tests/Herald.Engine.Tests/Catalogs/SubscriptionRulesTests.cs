using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Subscriptions;
using Xunit;

namespace Herald.Engine.Tests.Catalogs;

public sealed class SubscriptionRulesTests
{
    private static readonly SubscriptionDraft Good = new() { Id = "s", Topic = "t", Endpoint = "https://example.com/hook" };
    private static readonly RetryWaits.Exponential Waits = new(TimeSpan.FromSeconds(1), 2, TimeSpan.FromMinutes(1), 0.2);

    public static TheoryData<SubscriptionDraft> Allowed =>
    [
        Good,
        Good with { Id = new string('a', 255), Topic = "A-Z.a_z-0" },
        Good with { Endpoint = "HTTP://user:pass@[::1]:8080/?a=b" },
        Good with { Description = new string('d', 1024) },
        Good with { Secret = new byte[24] },
        Good with { Secret = new byte[64] },
        Good with { Endpoint = "bare://somewhere" },
        Good with { Settings = TextMap.Of([new("subject", "hello"), new("sender", "a@b")]) },
        Good with { Labels = LabelsOf(16) },
        Good with { Labels = TextMap.Of([new(new string('l', 63), ""), new("a-9./z", new string('v', 255))]) },
        Good with { Labels = TextMap.Of([new("herald/registration", "1m")]) },
        Good with { Filter = FilterOf(10, 150) },
        Good with { Filter = new Filter([new FilterClause(new string('n', 255), false, [""])]) },
        Retry(r => r with { MaxAttempts = 1 }),
        Retry(r => r with { MaxAttempts = 1_000_000, MaxAge = null }),
        Retry(r => r with { MaxAge = TimeSpan.FromSeconds(1), Ttl = TimeSpan.FromMilliseconds(100) }),
        Retry(r => r with { MaxAge = TimeSpan.FromDays(365), Ttl = TimeSpan.FromDays(365) }),
        Retry(r => r with { MaxAge = null, OnExhausted = OnExhausted.Hold }),
        Retry(r => r with { OnExhausted = OnExhausted.Forward, ForwardTo = "other" }),
        Good with { Reports = new ReportRequest("other", ReportKinds.Forwarded) },
        Retry(r => r with { Waits = new RetryWaits.Exponential(TimeSpan.FromMilliseconds(1), 1, TimeSpan.FromMilliseconds(1), 0) }),
        Retry(r => r with { Waits = new RetryWaits.Exponential(TimeSpan.FromDays(1), 100, TimeSpan.FromDays(7), 1) }),
        Retry(r => r with { Waits = new RetryWaits.Schedule([TimeSpan.Zero], 0) }),
        Retry(r => r with { Waits = new RetryWaits.Schedule([.. Enumerable.Repeat(TimeSpan.FromDays(7), 100)], 1) }),
        Limits(l => l with { MaxInFlight = 1, RatePerSecond = 0.01, Timeout = TimeSpan.FromMilliseconds(100) }),
        Limits(l => l with { MaxInFlight = 10_000, RatePerSecond = 1_000_000, Timeout = TimeSpan.FromMinutes(5) }),
    ];

    public static TheoryData<string, string, SubscriptionDraft> Refused => new()
    {
        { "/id", "", Good with { Id = "" } },
        { "/id", "a b", Good with { Id = "a b" } },
        { "/id", "a\n", Good with { Id = "a\n" } },
        { "/id", new string('a', 80) + "…", Good with { Id = new string('a', 256) } },
        { "/topic", "é", Good with { Topic = "é" } },
        { "/endpoint", "hook", Good with { Endpoint = "hook" } },
        { "/endpoint", "ftp://example.com", Good with { Endpoint = "ftp://example.com" } },
        { "/endpoint", "https://refused/x", Good with { Endpoint = "https://refused/x" } },
        { "/description", new string('d', 80) + "…", Good with { Description = new string('d', 1025) } },
        { "/secret", "(hidden)", Good with { Secret = new byte[23] } },
        { "/secret", "(hidden)", Good with { Secret = new byte[65] } },
        { "/secret", "(hidden)", Good with { Endpoint = "bare://somewhere", Secret = new byte[32] } },
        { "/endpoint/settings/subjekt", "subjekt", Good with { Settings = TextMap.Of([new("subjekt", "hello")]) } },
        { "/endpoint/settings/subject", "", Good with { Settings = TextMap.Of([new("subject", "")]) } },
        { "/endpoint/settings/subject", new string('s', 80) + "…", Good with { Settings = TextMap.Of([new("subject", new string('s', 5000))]) } },
        { "/endpoint/settings/a~1b~0", "a/b~", Good with { Settings = TextMap.Of([new("a/b~", "")]) } },
        { "/endpoint/settings/subject", "subject", Good with { Endpoint = "bare://somewhere", Settings = TextMap.Of([new("subject", "hello")]) } },
        { "/labels", "17 labels", Good with { Labels = LabelsOf(17) } },
        { "/labels", "", Good with { Labels = TextMap.Of([new("", "v")]) } },
        { "/labels", "Team", Good with { Labels = TextMap.Of([new("Team", "v")]) } },
        { "/labels", "a b", Good with { Labels = TextMap.Of([new("a b", "v")]) } },
        { "/labels", "a\n", Good with { Labels = TextMap.Of([new("a\n", "v")]) } },
        { "/labels", new string('l', 64), Good with { Labels = TextMap.Of([new(new string('l', 64), "v")]) } },
        { "/labels/a~1b", new string('v', 80) + "…", Good with { Labels = TextMap.Of([new("a/b", new string('v', 256))]) } },
        { "/filter", "11 attributes", Good with { Filter = FilterOf(11, 1) } },
        { "/filter/n0", "0 values", Good with { Filter = FilterOf(1, 0) } },
        { "/filter/n0", "151 values", Good with { Filter = FilterOf(1, 151) } },
        { "/filter/", "", Good with { Filter = new Filter([new FilterClause("", false, ["v"])]) } },
        { "/retry/maxAttempts", "0", Retry(r => r with { MaxAttempts = 0 }) },
        { "/retry/maxAttempts", "1000001", Retry(r => r with { MaxAttempts = 1_000_001 }) },
        { "/retry/maxAge", "999ms", Retry(r => r with { MaxAge = TimeSpan.FromMilliseconds(999) }) },
        { "/retry/maxAge", "366d", Retry(r => r with { MaxAge = TimeSpan.FromDays(366) }) },
        { "/retry/ttl", "99ms", Retry(r => r with { Ttl = TimeSpan.FromMilliseconds(99) }) },
        { "/retry/ttl", "366d", Retry(r => r with { Ttl = TimeSpan.FromDays(366) }) },
        { "/retry", "no maxAttempts, no maxAge", Retry(r => r with { MaxAge = null }) },
        { "/retry/forwardTo", "null", Retry(r => r with { OnExhausted = OnExhausted.Forward }) },
        { "/retry/forwardTo", "other", Retry(r => r with { ForwardTo = "other" }) },
        { "/retry/forwardTo", Good.Topic, Retry(r => r with { OnExhausted = OnExhausted.Forward, ForwardTo = Good.Topic }) },
        { "/reports/topic", "a b", Good with { Reports = new ReportRequest("a b", ReportKinds.All) } },
        { "/reports/topic", Good.Topic, Good with { Reports = new ReportRequest(Good.Topic, ReportKinds.All) } },
        { "/reports/on", "None", Good with { Reports = new ReportRequest("other", ReportKinds.None) } },
        { "/reports/on", "128", Good with { Reports = new ReportRequest("other", (ReportKinds)128) } },
        { "/retry/base", "0s", Retry(r => r with { Waits = Waits with { Base = TimeSpan.Zero } }) },
        { "/retry/cap", "8d", Retry(r => r with { Waits = Waits with { Cap = TimeSpan.FromDays(8) } }) },
        { "/retry/cap", "500ms", Retry(r => r with { Waits = Waits with { Cap = TimeSpan.FromMilliseconds(500) } }) },
        { "/retry/factor", "0.9", Retry(r => r with { Waits = Waits with { Factor = 0.9 } }) },
        { "/retry/factor", "NaN", Retry(r => r with { Waits = Waits with { Factor = double.NaN } }) },
        { "/retry/jitter", "1.1", Retry(r => r with { Waits = Waits with { Jitter = 1.1 } }) },
        { "/retry/jitter", "NaN", Retry(r => r with { Waits = new RetryWaits.Schedule([TimeSpan.Zero], double.NaN) }) },
        { "/retry/schedule", "0 waits", Retry(r => r with { Waits = new RetryWaits.Schedule([], 0) }) },
        { "/retry/schedule", "101 waits", Retry(r => r with { Waits = new RetryWaits.Schedule([.. Enumerable.Repeat(TimeSpan.Zero, 101)], 0) }) },
        { "/retry/schedule/1", "-1s", Retry(r => r with { Waits = new RetryWaits.Schedule([TimeSpan.Zero, TimeSpan.FromSeconds(-1)], 0) }) },
        { "/limits/maxInFlight", "0", Limits(l => l with { MaxInFlight = 0 }) },
        { "/limits/maxInFlight", "10001", Limits(l => l with { MaxInFlight = 10_001 }) },
        { "/limits/ratePerSecond", "0", Limits(l => l with { RatePerSecond = 0 }) },
        { "/limits/ratePerSecond", "NaN", Limits(l => l with { RatePerSecond = double.NaN }) },
        { "/limits/timeout", "99ms", Limits(l => l with { Timeout = TimeSpan.FromMilliseconds(99) }) },
        { "/limits/timeout", "5m1s", Limits(l => l with { Timeout = TimeSpan.FromSeconds(301) }) },
    };

    [Theory]
    [MemberData(nameof(Allowed))]
    public void What_is_within_the_rules_is_taken(SubscriptionDraft draft) => Assert.Empty(SubscriptionRules.Check(draft, PlainChannel.Set));

    [Theory]
    [MemberData(nameof(Refused))]
    public void Each_breach_names_its_field_and_value(string pointer, string value, SubscriptionDraft draft)
    {
        var problem = Assert.Single(SubscriptionRules.Check(draft, PlainChannel.Set));
        Assert.Equal((pointer, value), (problem.Pointer, problem.Value));
        Assert.NotEmpty(problem.Rule);
    }

    [Fact]
    public void All_breaches_are_told_at_once()
    {
        var draft = Good with { Id = "", Endpoint = "", Limits = new DeliveryLimits { MaxInFlight = 0 }, Retry = new RetryPolicy { MaxAttempts = 0, Waits = Waits with { Jitter = -1 } } };
        Assert.Equal(
            ["/endpoint", "/id", "/limits/maxInFlight", "/retry/jitter", "/retry/maxAttempts"],
            SubscriptionRules.Check(draft, PlainChannel.Set).Select(p => p.Pointer).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("https://user:hidden@refused/x")]
    [InlineData("ftp://user:hidden@example.com/")]
    [InlineData("https://user:hidd en hidden@refused/x")]
    [InlineData("https://usér:hidden@refused/x")]
    [InlineData("https://user:hidden@exa mple.com/")] // not a URL
    [InlineData("https://user:hid/hidden@example.com:port/")]
    [InlineData("user:hidden@example.com")]
    public void Credentials_in_an_endpoint_are_masked(string endpoint)
    {
        var problem = Assert.Single(SubscriptionRules.Check(Good with { Endpoint = endpoint }, PlainChannel.Set));
        Assert.Equal("/endpoint", problem.Pointer);
        Assert.DoesNotContain("hidd", problem.Value + problem.Rule, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_masked_still_says_which_endpoint_it_was()
    {
        var problem = Assert.Single(SubscriptionRules.Check(Good with { Endpoint = "https://user:hidden@refused/x" }, PlainChannel.Set));
        Assert.Equal("https://***@refused/x", problem.Value);
    }

    [Theory]
    [InlineData("https://example.com/", "subjekt", "Did you mean subject? A subject has 1 to 20 characters.")]
    [InlineData("https://example.com/", "colour", "Known: subject, sender.")]
    [InlineData("bare://somewhere", "subject", "Endpoints with the scheme bare have no settings.")]
    public void A_setting_that_the_channel_does_not_know_is_refused_with_the_nearest_one_and_its_rule(string endpoint, string name, string hint)
    {
        var draft = Good with { Endpoint = endpoint, Settings = TextMap.Of([new(name, "hush")]) };
        var problem = Assert.Single(SubscriptionRules.Check(draft, PlainChannel.Set));
        Assert.EndsWith(hint, problem.Rule, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", problem.Value + problem.Rule, StringComparison.Ordinal);
    }

    private static TextMap LabelsOf(int count) => TextMap.Of(Enumerable.Range(0, count).Select(i => KeyValuePair.Create($"l{i}", "v")));

    private static SubscriptionDraft Retry(Func<RetryPolicy, RetryPolicy> change) => Good with { Retry = change(RetryPolicy.Default) };

    private static SubscriptionDraft Limits(Func<DeliveryLimits, DeliveryLimits> change) => Good with { Limits = change(DeliveryLimits.Default) };

    private static Filter FilterOf(int clauses, int values) =>
        new([.. Enumerable.Range(0, clauses).Select(c => new FilterClause($"n{c}", false, [.. Enumerable.Range(0, values).Select(v => $"{v}")]))]);
}
