using Herald.Engine.Channels;
using Herald.Engine.Retrying;
using Herald.Engine.Subscriptions;
using Xunit;

namespace Herald.Engine.Tests.Retrying;

public sealed class RetryDecisionTests
{
    private const long Now = 1_900_000_000_000;
    private static readonly AttemptResult Failed = new() { Outcome = AttemptOutcome.Failed, Stage = AttemptStage.Response, StatusCode = 500 };
    private static readonly AttemptResult Gone = Failed with { Outcome = AttemptOutcome.EndpointGone, StatusCode = 410 };
    private static readonly AttemptResult Rejected = Failed with { Outcome = AttemptOutcome.Rejected };
    private static readonly RetryPolicy Plain = new()
    {
        Waits = new RetryWaits.Exponential(TimeSpan.FromSeconds(1), 2, TimeSpan.FromSeconds(60), 0),
        MaxAge = null,
    };

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    [InlineData(6, 32)]
    [InlineData(7, 60)]
    [InlineData(8, 60)]
    [InlineData(1_000_000, 60)]
    public void Exponential_waits_double_up_to_the_cap(int attempts, int seconds)
    {
        Assert.Equal(new RetryDecision(RetryVerdict.Retry, Now + (seconds * 1000), ""), Decide(Failed, attempts, Plain));
    }

    [Theory]
    [InlineData(1, false, 50)]
    [InlineData(2, false, 250)]
    [InlineData(3, false, 1000)]
    [InlineData(4, false, 2000)]
    [InlineData(1, true, 1000)]
    [InlineData(2, true, 2000)]
    [InlineData(3, true, 4000)]
    public void The_first_waits_are_short_by_default_but_not_at_an_endpoint_that_mostly_fails(int attempts, bool endpointFails, int ms)
    {
        Assert.Equal(Now + ms, RetryDecision.Of(Failed, attempts, Now, RetryPolicy.Default, endpointFails, Now, 0.5).DueAtMs);
        var asked = Failed with { RetryAfter = TimeSpan.FromSeconds(3) };
        Assert.Equal(Now + Math.Max(ms, 3000), RetryDecision.Of(asked, attempts, Now, RetryPolicy.Default, endpointFails, Now, 0.5).DueAtMs);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 5)]
    [InlineData(3, 30)]
    [InlineData(4, 30)]
    [InlineData(1000, 30)]
    public void A_schedule_is_followed_and_its_last_wait_repeats(int attempts, int seconds)
    {
        var policy = Plain with { Waits = new RetryWaits.Schedule([TimeSpan.Zero, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30)], 0) };
        Assert.Equal(Now + (seconds * 1000), Decide(Failed, attempts, policy).DueAtMs);
    }

    [Fact]
    public void Waits_stay_within_the_jitter_around_a_wait_that_never_shrinks_nor_passes_the_cap()
    {
        var random = new Random(1);
        for (var i = 0; i < 2000; i++)
        {
            var (first, cap) = (TimeSpan.FromMilliseconds(1 + random.Next(10_000)), TimeSpan.FromMilliseconds(10_000 + random.Next(10_000_000)));
            var waits = new RetryWaits.Exponential(first, 1 + (random.NextDouble() * 99), cap, random.NextDouble());
            var before = 0.0;
            for (var attempts = 1; attempts < 40; attempts++)
            {
                var middle = RetryDecision.WaitMs(waits, attempts, false, 0.5);
                Assert.InRange(middle, before, cap.TotalMilliseconds);
                var drawn = RetryDecision.WaitMs(waits, attempts, false, random.NextDouble());
                Assert.InRange(drawn, (middle * (1 - waits.Jitter)) - 1e-6, (middle * (1 + waits.Jitter)) + 1e-6);
                Assert.InRange(drawn, 0, cap.TotalMilliseconds * (1 + waits.Jitter));
                before = middle;
            }
        }
    }

    [Fact]
    public void Jitter_spreads_a_wait_from_one_end_to_the_other()
    {
        var waits = new RetryWaits.Schedule([TimeSpan.FromSeconds(10)], 0.2);
        Assert.Equal(8000, RetryDecision.WaitMs(waits, 1, false, 0), 3);
        Assert.Equal(10_000, RetryDecision.WaitMs(waits, 1, false, 0.5), 3);
        Assert.Equal(12_000, RetryDecision.WaitMs(waits, 1, false, 1), 3);
    }

    [Theory]
    [InlineData(1, 4, RetryVerdict.Retry)]
    [InlineData(3, 4, RetryVerdict.Retry)]
    [InlineData(4, 4, RetryVerdict.Exhausted)]
    [InlineData(9, 4, RetryVerdict.Exhausted)]
    [InlineData(1, 1, RetryVerdict.Exhausted)]
    internal void The_last_attempt_allowed_is_the_last(int attempts, int most, RetryVerdict expected)
    {
        var decision = Decide(Failed, attempts, Plain with { MaxAttempts = most });
        Assert.Equal(expected, decision.Verdict);
        Assert.Equal(expected == RetryVerdict.Exhausted ? RetryDecision.AttemptsExhausted : "", decision.Reason);
    }

    [Theory]
    [InlineData(9_000, RetryVerdict.Retry)] // due exactly at the end of the age
    [InlineData(9_001, RetryVerdict.Exhausted)]
    [InlineData(50_000, RetryVerdict.Exhausted)]
    internal void A_retry_that_would_come_after_the_age_is_not_waited_for(int ageMs, RetryVerdict expected)
    {
        var decision = RetryDecision.Of(Failed, 1, Now - ageMs, Plain with { MaxAge = TimeSpan.FromSeconds(10) }, false, Now, 0.5);
        Assert.Equal(expected, decision.Verdict);
        Assert.Equal(expected == RetryVerdict.Exhausted ? RetryDecision.AgeExhausted : "", decision.Reason);
    }

    [Theory]
    [InlineData(0, 1_000)]
    [InlineData(500, 1_000)] // shorter than the policy's own wait, which applies
    [InlineData(90_000, 90_000)] // longer, even than the cap
    [InlineData(7_200_000, 3_600_000)] // an hour at most
    public void A_Retry_After_only_ever_lengthens_a_wait(int askedMs, int expectedMs)
    {
        Assert.Equal(Now + expectedMs, Decide(Failed with { RetryAfter = TimeSpan.FromMilliseconds(askedMs) }, 1, Plain).DueAtMs);
    }

    [Fact]
    public void A_Retry_After_beyond_the_age_ends_the_delivery()
    {
        var decision = Decide(Failed with { RetryAfter = TimeSpan.FromMinutes(5) }, 1, Plain with { MaxAge = TimeSpan.FromMinutes(1) });
        Assert.Equal((RetryVerdict.Exhausted, RetryDecision.AgeExhausted), (decision.Verdict, decision.Reason));
    }

    [Fact]
    public void A_gone_endpoint_uses_nothing_up()
    {
        var policy = Plain with { MaxAttempts = 1, MaxAge = TimeSpan.FromSeconds(1) };
        var decision = RetryDecision.Of(Gone, 50, Now - 1_000_000, policy, false, Now, 0.5);
        Assert.Equal(new RetryDecision(RetryVerdict.Retry, Now + 60_000, ""), decision);
    }

    [Fact]
    public void What_can_never_be_delivered_is_not_tried_again()
    {
        Assert.Equal(new RetryDecision(RetryVerdict.Exhausted, 0, RetryDecision.Rejected), Decide(Rejected, 1, Plain));
    }

    [Theory]
    [InlineData(1_000, 0, RetryVerdict.Retry)] // due exactly at the end
    [InlineData(999, 0, RetryVerdict.Expired)]
    [InlineData(-50_000, 0, RetryVerdict.Expired)]
    [InlineData(long.MinValue + Now, 0, RetryVerdict.Expired)]
    [InlineData(1_000, 1, RetryVerdict.Expired)] // the wall clock is ahead of the clock for waits
    [InlineData(999, -1, RetryVerdict.Retry)]
    internal void A_message_that_would_come_too_late_expires_now(long lastMs, long wallAheadMs, RetryVerdict expected)
    {
        var result = Failed with { NotAfterMs = unchecked(Now + lastMs) };
        Assert.Equal(expected, RetryDecision.Of(result, 1, Now, Plain, false, Now, 0.5, wallAheadMs).Verdict);
    }

    [Fact]
    public void What_was_too_late_to_be_sent_expires_whatever_the_policy()
    {
        var expired = Failed with { Outcome = AttemptOutcome.Expired };
        foreach (var then in Enum.GetValues<OnExhausted>())
            Assert.Equal(RetryVerdict.Expired, Decide(expired, 4, Plain with { MaxAttempts = 4, OnExhausted = then }).Verdict);
    }

    [Fact]
    public void A_policy_that_ends_the_delivery_comes_before_the_time_of_the_message()
    {
        var late = Failed with { NotAfterMs = Now - 1 };
        Assert.Equal(RetryVerdict.Exhausted, Decide(late, 4, Plain with { MaxAttempts = 4 }).Verdict);
        Assert.Equal(RetryVerdict.Exhausted, RetryDecision.Of(late, 1, Now - 9_001, Plain with { MaxAge = TimeSpan.FromSeconds(10) }, false, Now, 0.5).Verdict);
    }

    [Fact]
    public void An_endpoint_that_is_gone_ends_nothing_also_when_the_message_is_late()
    {
        Assert.Equal(RetryVerdict.Retry, Decide(Gone with { NotAfterMs = Now - 1 }, 1, Plain).Verdict);
    }

    [Fact]
    public void A_delivery_ends_all_whatever_the_policy()
    {
        var policy = Plain with { MaxAttempts = 1, MaxAge = TimeSpan.FromSeconds(1) };
        Assert.Equal(RetryVerdict.Delivered, RetryDecision.Of(AttemptResult.Delivered, 99, Now - 1_000_000, policy, false, Now, 0).Verdict);
    }

    private static RetryDecision Decide(AttemptResult result, int attempts, RetryPolicy policy) => RetryDecision.Of(result, attempts, Now, policy, false, Now, 0.5);
}
