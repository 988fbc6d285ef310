using System.Globalization;
using Herald.Engine.Basics;
using Herald.Messages;
using Herald.Notifications.Recipients;

namespace Herald.Notifications.Tests.Recipients;

public sealed class StageTests
{
    private const long Hour = 3_600_000;

    private static readonly RateLimit OneAnHour = new(1, TimeSpan.FromHours(1), Excess.Wait);
    private static readonly QuietHours Night = new(new(22, 0), new(7, 0), "UTC"), Noon = new(new(12, 0), new(13, 0), "UTC");
    private static readonly RecipientKey Anna = RecipientKey.OfPerson("user:anna")!,
        Address = RecipientKey.OfAddress(Destination.Email, "anna@x.org");

    /// <summary>At noon nothing is quiet; at midnight it is until 07:00.</summary>
    private static readonly long Day = Ms("2026-06-01T11:00:00Z"), Midnight = Ms("2026-06-01T00:00:00Z");

    private static readonly RecipientRecord Record = new()
    {
        Addresses = TextMap.Of([new("email", "Anna@x.org")]),
        Zone = "UTC",
        Quiet = Night,
        WishesByCategory = TextMap.Of([new("news", "push sms"), new("ads", "")]),
    };

    // who | record | suppressed | turns taken | time | ask → decision
    [Theory]
    [InlineData("person", "none", "", 0, "day", "", "drop NoRecord")]
    [InlineData("person", "empty", "", 0, "day", "", "drop NoAddress")]
    [InlineData("person", "full", "", 0, "day", "", "ask email:anna@x.org")]
    [InlineData("person", "full", "", 0, "day", "sms", "drop NoAddress")]
    [InlineData("person", "full", "", 0, "night", "", "wait QuietHours 07:00")]
    [InlineData("person", "full", "", 0, "night", "high", "ask email:anna@x.org")]
    [InlineData("person", "full", "", 0, "night", "expires 03:00", "wait QuietHours 03:00")]
    [InlineData("person", "full", "", 0, "day", "expires 10:00", "drop Expired")]
    [InlineData("person", "full", "OptedOut", 0, "day", "", "drop OptedOut")]
    [InlineData("person", "full", "Bounced", 0, "day", "high", "drop Suppressed")]
    [InlineData("person", "full", "", 0, "day", "news", "drop OptedOut")]
    [InlineData("person", "full", "", 0, "day", "news high", "drop OptedOut")]
    [InlineData("person", "full", "", 0, "day", "ads", "drop OptedOut")]
    [InlineData("person", "full", "", 0, "day", "invoices", "ask email:anna@x.org")]
    [InlineData("person", "full", "", 9, "day", "", "ask email:anna@x.org")]
    [InlineData("address", "none", "", 0, "day", "", "send +1")]
    [InlineData("address", "none", "", 0, "night", "", "send +1")]
    [InlineData("address", "none", "", 1, "day", "", "wait Rate 12:00 turn +0")]
    [InlineData("address", "none", "", 2, "day", "", "wait Rate 13:00 turn +0")]
    [InlineData("address", "none", "", 1, "day", "high", "send +0")]
    [InlineData("address", "none", "", 1, "day", "turn", "send +0")]
    [InlineData("address", "none", "", 1, "day", "unlimited", "send +0")]
    [InlineData("address", "none", "", 0, "day", "drop", "send +1")]
    [InlineData("address", "none", "", 1, "day", "drop", "drop Rate")]
    [InlineData("address", "none", "", 1, "day", "expires 11:30", "wait Rate 11:30 +0")]
    [InlineData("address", "none", "", 1, "day", "expires 12:00", "wait Rate 12:00 +0")]
    [InlineData("address", "none", "", 1, "day", "expires 12:01", "wait Rate 12:00 turn +0")]
    [InlineData("address", "none", "Complained", 0, "day", "high", "drop Suppressed")]
    [InlineData("address", "none", "Expired", 0, "day", "", "drop Suppressed")]
    [InlineData("address", "full", "", 0, "night", "", "wait QuietHours 07:00 turn +1")]
    [InlineData("address", "full", "", 0, "night", "unlimited", "wait QuietHours 07:00")]
    [InlineData("address", "full", "", 0, "night", "high", "send +0")]
    [InlineData("address", "full", "", 0, "night", "turn", "wait QuietHours 07:00 turn +1")]
    [InlineData("address", "full", "", 0, "night", "drop", "wait QuietHours 07:00 turn +1")]
    [InlineData("address", "full", "", 0, "day", "news", "drop OptedOut")]
    [InlineData("address", "full", "", 0, "day", "persons-noon", "send +1")]
    [InlineData("address", "none", "", 1, "day", "persons-noon", "wait Rate 13:00 turn +0")]
    [InlineData("address", "none", "", 0, "night", "persons-night", "wait QuietHours 07:00 turn +1")]
    public void Each_ask_has_one_decision(string who, string record, string suppressed, int taken, string time, string words,
        string expected)
    {
        var now = time == "day" ? Day : Midnight;
        var limit = words.Contains("drop", StringComparison.Ordinal) ? OneAnHour with { Then = Excess.Drop } : OneAnHour;
        var limits = new Dictionary<Destination, RateLimit>();
        if (!words.Contains("unlimited", StringComparison.Ordinal))
            limits[Destination.Email] = limit;
        var window = RateWindow.Empty;
        for (var i = 0; i < taken; i++)
            window = window.Take(limit, window.Next(limit, now), now);
        var state = new RecipientState(
            record switch { "none" => null, "empty" => new(), _ => Record },
            suppressed.Length == 0 ? null : Enum.Parse<SuppressionReason>(suppressed), window);
        var decision = Stage.Decide(AskOf(who, words), state, new(limits, TimeSpan.FromDays(30)), now);
        Assert.Equal(expected, Show(decision, window));
    }

    [Fact]
    public void Turns_are_never_in_quiet_hours_so_the_morning_is_no_burst()
    {
        var (window, turns) = (RateWindow.Empty, new List<string>());
        for (var i = 0; i < 12; i++)
        {
            var decision = Stage.Decide(AskOf("address", ""), new(Record, null, window), RulesWith(OneAnHour), Ms("2026-06-01T19:30:00Z"));
            window = decision is Decision.WaitUntil wait ? wait.Window : Assert.IsType<Decision.Send>(decision).Window;
            turns.Add(decision is Decision.WaitUntil { AtMs: var at } ? Time(at) : "now");
        }
        Assert.Equal(
            ["now", "20:30", "21:30", "07:00", "08:00", "09:00", "10:00", "11:00", "12:00", "13:00", "14:00", "15:00"], turns);
    }

    [Fact]
    public void A_turn_beyond_the_longest_delay_is_none()
    {
        var (window, day) = (RateWindow.Empty, OneAnHour with { Within = TimeSpan.FromDays(1) });
        for (var i = 0; i < 31; i++)
            window = window.Take(day, window.Next(day, Day), Day);
        Assert.Equal("drop Rate", Show(Stage.Decide(AskOf("address", ""), new(null, null, window), RulesWith(day), Day), window));
        Assert.StartsWith("wait Rate",
            Show(Stage.Decide(AskOf("address", ""), new(null, null, window), RulesWith(day), Day + (24 * Hour)), window),
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_persons_quiet_hours_go_with_the_ask()
    {
        var decision = Stage.Decide(AskOf("person", ""), new(Record, null, RateWindow.Empty), RulesWith(OneAnHour), Day);
        Assert.Equal(new Decision.AskAddress(Address, "Anna@x.org", Night), decision);
    }

    [Fact]
    public void Quiet_hours_that_leave_no_time_free_still_end_in_a_decision()
    {
        var record = Record with { Quiet = new(new(6, 0), new(22, 30), "UTC") };
        foreach (var limit in new[] { OneAnHour, null })
        {
            var ask = AskOf("address", "") with { Quiet = Night };
            var decision = Stage.Decide(ask, new(record, null, RateWindow.Empty), RulesWith(limit), Day);
            Assert.True(decision is Decision.WaitUntil { AtMs: var at } ? at > Day : decision is Decision.Drop, decision.ToString());
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Drawn_asks_always_have_a_decision_that_keeps_the_rules(int seed)
    {
        var random = new Random(seed);
        string[] who = ["person", "address"],
            words = ["", "high", "news", "turn", "expires 14:00", "expires 12:30", "persons-noon", "persons-night", "sms"];
        for (var i = 0; i < 5_000; i++)
        {
            var limit = random.Next(4) == 0
                ? null : new RateLimit(random.Next(1, 4), TimeSpan.FromMinutes(random.Next(1, 300)), (Excess)random.Next(2));
            var window = RateWindow.Empty;
            var now = Midnight + random.NextInt64(24 * Hour);
            for (var n = random.Next(5); n > 0 && limit is not null; n--)
                window = window.Take(limit, window.Next(limit, now - random.NextInt64(6 * Hour)), now - (6 * Hour));
            var ask = AskOf(who[random.Next(2)], words[random.Next(words.Length)]);
            var record = random.Next(2) == 0 ? Record : null;
            var decision = Stage.Decide(ask, new(record, random.Next(10) == 0 ? SuppressionReason.Bounced : null, window),
                RulesWith(limit), now);
            if (decision is Decision.WaitUntil wait)
            {
                Assert.True(wait.AtMs > now && !ask.IsHigh && wait.AtMs <= (ask.ExpiresMs ?? long.MaxValue), wait.ToString());
                if (wait.HasTurn)
                    Assert.Equal((null, null), (record?.Quiet?.EndAfter(wait.AtMs), ask.Quiet?.EndAfter(wait.AtMs)));
            }
            if (decision is Decision.Send)
                Assert.True(!ask.For.IsPerson && (ask.IsHigh || (record?.Quiet?.EndAfter(now) ?? ask.Quiet?.EndAfter(now)) is null));
        }
    }

    private static StageRules RulesWith(RateLimit? limit) =>
        new(limit is null ? new Dictionary<Destination, RateLimit>() : new() { [Destination.Email] = limit }, TimeSpan.FromDays(30));

    private static Ask AskOf(string who, string words) => new()
    {
        Uuid = Guid.Empty,
        For = who == "person" ? Anna : Address,
        Destination = words == "sms" ? Destination.Sms : Destination.Email,
        IsHigh = words.Contains("high", StringComparison.Ordinal),
        Category = words.Contains("news", StringComparison.Ordinal) ? "news" : words is "ads" or "invoices" ? words : null,
        ExpiresMs = words.StartsWith("expires ", StringComparison.Ordinal) ? Ms($"2026-06-01T{words[8..]}:00Z") : null,
        HasTurn = words == "turn",
        Quiet = words switch { "persons-noon" => Noon, "persons-night" => Night, _ => null },
    };

    private static string Show(Decision decision, RateWindow before) => decision switch
    {
        Decision.Send send => $"send {Turns(send.Window, before)}",
        Decision.WaitUntil wait => $"wait {wait.Reason} {Time(wait.AtMs)}{(wait.HasTurn ? " turn" : "")}"
            + (wait.Reason == StageReason.QuietHours && !wait.HasTurn && ReferenceEquals(before, RateWindow.Empty)
                ? "" : $" {Turns(wait.Window, before)}"),
        Decision.Drop drop => $"drop {drop.Reason}",
        Decision.AskAddress ask => $"ask {ask.Key}",
        _ => throw new System.Diagnostics.UnreachableException(decision.ToString()),
    };

    private static string Turns(RateWindow after, RateWindow before) => $"+{after.Count - before.Count}";

    private static string Time(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("HH:mm", CultureInfo.InvariantCulture);

    private static long Ms(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();
}
