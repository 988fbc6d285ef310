using Herald.Engine.Stores;
using Herald.Notifications.Processing;
using static Herald.Notifications.NotificationStatus;
using static Herald.Notifications.Processing.ReportedKind;

namespace Herald.Notifications.Tests.Processing;

public sealed class StatusRulesTests
{
    private const long Then = 1_000, Later = 2_000, Earlier = 500;

    private static readonly DeadLetterId First = new(new(1), 2, 0, 3), Second = new(new(1), 2, 0, 4);

    private static readonly Fact[] Facts =
    [
        .. Enum.GetValues<ReportedKind>().Select(kind => Report(kind, Later)),
        new Fact.Judged(JudgedKind.Sent, null, Later), new Fact.Judged(JudgedKind.Waits, "rate", Later),
        new Fact.Judged(JudgedKind.Dropped, "suppressed", Later), new Fact.Judged(JudgedKind.Dropped, "expired", Later),
        new Fact.Resulted(true, "ok", Later), new Fact.Resulted(false, "no", Later), new Fact.TimeIsUp(Later), new Fact.NoResult(Later),
    ];

    // delivered, recovered, exhausted, expired, discarded, forwarded | sent, waits, dropped, dropped as expired
    // | processed, failed | time is up | no result
    [Theory]
    [InlineData(NotProcessed, false, "P P F E F F | N N F E | N N | E | F")]
    [InlineData(Processed, false, "P P P P P P | P P P P | P P | P | P")]
    [InlineData(Failed, false, "P P F F F F | F F F F | F F | F | F")]
    [InlineData(NotificationStatus.Expired, false, "P P F E F F | E E E E | E E | E | E")]
    [InlineData(NotProcessed, true, "N N F E F F | N N F E | P F | E | F")]
    [InlineData(Processed, true, "P P P P P P | P P P P | P P | P | P")]
    [InlineData(Failed, true, "F F F F F F | F F F F | F F | F | F")]
    [InlineData(NotificationStatus.Expired, true, "E E F E F F | E E E E | P F | E | E")]
    public void Each_fact_has_its_status_for_each_row(NotificationStatus status, bool isExternal, string expected)
    {
        var row = Row(status) with { IsExternal = isExternal };
        var letters = string.Join(' ', Facts.Select(fact => Letter(StatusRules.Apply(row, fact).Status)));
        Assert.Equal(expected.Replace(" |", "", StringComparison.Ordinal), letters);
    }

    [Fact]
    public void A_fact_that_changes_no_status_changes_no_row_but_for_newer_words()
    {
        foreach (var status in Enum.GetValues<NotificationStatus>())
        {
            foreach (var fact in Facts)
            {
                var row = Row(status);
                var after = StatusRules.Apply(row, fact);
                var isNews = fact is Fact.Reported || (status == NotProcessed && fact is Fact.Judged { Kind: JudgedKind.Waits });
                if (after.Status == status && !isNews)
                    Assert.Same(row, after);
            }
        }
        var processed = Row(Processed);
        Assert.All(Facts, fact => Assert.Same(processed, StatusRules.Apply(processed, fact)));
    }

    [Theory]
    [InlineData("Delivered", Processed)]
    [InlineData("Recovered", Processed)]
    [InlineData("Exhausted", Failed)]
    [InlineData("Expired", Failed)]
    [InlineData("Discarded", Failed)]
    [InlineData("Forwarded", Failed)]
    public void What_is_older_than_the_status_counts_only_as_a_success(string name, NotificationStatus expected)
    {
        var kind = Enum.Parse<ReportedKind>(name);
        var row = Row(Failed);
        var after = StatusRules.Apply(row, Report(kind, Earlier));
        Assert.Equal(expected, after.Status);
        if (expected == Failed)
            Assert.Same(row, after);
        // At the same time it counts: a report that comes twice says the same.
        Assert.NotSame(row, StatusRules.Apply(row, Report(kind, Then)));
    }

    [Fact]
    public void A_report_brings_its_words()
    {
        var failed = StatusRules.Apply(Row(NotProcessed) with { Waits = "rate" }, Report(Exhausted, Later));
        Assert.Equal(
            new RowFacts
            {
                Status = Failed,
                SettledAtMs = Later,
                Reason = "rejected",
                LastWords = "550 no such user",
                Attempts = 3,
                FirstAttemptAtMs = 900,
                DeadLetter = First,
            },
            failed);
        var recovered = StatusRules.Apply(failed, new Fact.Reported(Recovered, 3_000) { Attempts = 1, LastWords = "250 ok" });
        Assert.Equal(
            new RowFacts { Status = Processed, SettledAtMs = 3_000, LastWords = "250 ok", Attempts = 1, FirstAttemptAtMs = 900 },
            recovered);
        var again = StatusRules.Apply(failed, Report(Exhausted, 3_000) with { LastWords = "451 later", DeadLetter = Second });
        Assert.Equal((Failed, 3_000L, "451 later", Second), (again.Status, again.SettledAtMs, again.LastWords, again.DeadLetter));
    }

    [Theory]
    [InlineData("Discarded", "discarded")]
    [InlineData("Forwarded", "forwarded")]
    public void What_is_discarded_or_forwarded_has_no_dead_letter_any_more(string name, string reason)
    {
        var kind = Enum.Parse<ReportedKind>(name);
        var after = StatusRules.Apply(Row(Failed) with { DeadLetter = First }, Report(kind, Later));
        Assert.Equal((Failed, reason, null), (after.Status, after.Reason, after.DeadLetter));
    }

    [Fact]
    public void A_row_waits_until_it_is_sent_or_settled()
    {
        var waits = StatusRules.Apply(Row(NotProcessed), new Fact.Judged(JudgedKind.Waits, "quiet-hours", Later));
        Assert.Equal((NotProcessed, "quiet-hours", null), (waits.Status, waits.Waits, waits.SettledAtMs));
        // It waits by right, so its age says nothing.
        Assert.Same(waits, StatusRules.Apply(waits, new Fact.NoResult(99_000)));
        Assert.Equal(Row(NotProcessed), StatusRules.Apply(waits, new Fact.Judged(JudgedKind.Sent, null, 9_000)));
        var dropped = StatusRules.Apply(waits, new Fact.Judged(JudgedKind.Dropped, "opted-out", 9_000));
        Assert.Equal((Failed, "opted-out", (string?)null, (long?)9_000),
            (dropped.Status, dropped.Reason, dropped.Waits, dropped.SettledAtMs));
        Assert.Null(StatusRules.Apply(waits, new Fact.TimeIsUp(9_000)).Waits);
    }

    [Fact]
    public void An_external_row_is_handed_over_once_and_settled_by_its_first_result()
    {
        var row = Row(NotProcessed) with { IsExternal = true };
        var handed = StatusRules.Apply(row, Report(Delivered, Later));
        Assert.Equal(row with { HandedOverAtMs = Later }, handed);
        Assert.Same(handed, StatusRules.Apply(handed, Report(Delivered, 4_000)));
        var failed = StatusRules.Apply(handed, new Fact.Resulted(false, "no credit", 5_000));
        Assert.Equal((Failed, "no credit", 5_000L), (failed.Status, failed.LastWords, failed.SettledAtMs));
        Assert.Same(failed, StatusRules.Apply(failed, new Fact.Resulted(true, "ok", 6_000)));
        Assert.Equal("no-result", StatusRules.Apply(handed, new Fact.NoResult(9_000)).Reason);
    }

    [Fact]
    public void An_external_row_that_Kafka_took_only_after_a_redrive_waits_for_its_result_again()
    {
        var failed = StatusRules.Apply(Row(NotProcessed) with { IsExternal = true }, Report(Exhausted, Later));
        Assert.Equal((Failed, First), (failed.Status, failed.DeadLetter));
        var handed = StatusRules.Apply(failed, Report(ReportedKind.Recovered, 4_000));
        Assert.Equal((NotProcessed, 4_000L, null, null), (handed.Status, handed.HandedOverAtMs, handed.Reason, handed.DeadLetter));
        var processed = StatusRules.Apply(handed, new Fact.Resulted(true, "ok", 5_000));
        Assert.Equal((Processed, "ok"), (processed.Status, processed.LastWords));
        // A result of the other program stays, whatever comes from Kafka later.
        var refused = StatusRules.Apply(handed, new Fact.Resulted(false, "no credit", 5_000));
        Assert.Same(refused, StatusRules.Apply(refused, Report(Delivered, 6_000)));
    }

    private static RowFacts Row(NotificationStatus status) =>
        status == NotProcessed ? new() : new() { Status = status, SettledAtMs = Then, Reason = status == Failed ? "rejected" : null };

    private static Fact.Reported Report(ReportedKind kind, long atMs) => new(kind, atMs)
    {
        Reason = "rejected",
        LastWords = "550 no such user",
        Attempts = 3,
        FirstAttemptAtMs = 900,
        DeadLetter = First,
    };

    private static char Letter(NotificationStatus status) => status switch
    {
        NotProcessed => 'N',
        Processed => 'P',
        Failed => 'F',
        NotificationStatus.Expired => 'E',
    };
}
