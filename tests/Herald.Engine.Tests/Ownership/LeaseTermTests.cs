using Herald.Engine.Events;
using Herald.Engine.Leases;
using Herald.Engine.Stores;
using Herald.TestKit.Time;
using Xunit;

namespace Herald.Engine.Tests.Ownership;

public sealed class LeaseTermTests
{
    private static readonly TimeSpan ValidFor = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Moment = TimeSpan.FromTicks(1);
    private readonly ManualClock _clock = new();

    [Fact]
    public void A_lease_is_counted_from_before_it_was_asked_for()
    {
        var askedAt = _clock.GetTimestamp();
        _clock.Advance(TimeSpan.FromSeconds(2)); // the answer took two seconds
        using var term = new LeaseTerm(Lease(), askedAt, _clock);
        _clock.Advance(TimeSpan.FromSeconds(3) - Moment);
        Assert.True(term.TryBegin(out _));
        _clock.Advance(Moment);
        Assert.False(term.TryBegin(out _));
        Assert.False(term.Holds);
    }

    [Fact]
    public void An_answer_that_comes_too_late_is_no_lease_at_all()
    {
        var askedAt = _clock.GetTimestamp();
        _clock.Advance(ValidFor);
        using var term = new LeaseTerm(Lease(), askedAt, _clock);
        Assert.False(term.TryBegin(out _));
    }

    [Fact]
    public void Attempts_in_flight_are_given_up_when_the_lease_runs_out_and_not_before()
    {
        using var term = new LeaseTerm(Lease(), _clock.GetTimestamp(), _clock);
        Assert.True(term.TryBegin(out var given));
        _clock.Advance(TimeSpan.FromSeconds(4));
        term.Renew(Lease(), _clock.GetTimestamp());
        _clock.Advance(ValidFor - Moment);
        Assert.False(given.IsCancellationRequested);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(given.IsCancellationRequested);
    }

    [Fact]
    public void A_renewal_after_the_end_lets_attempts_begin_that_the_end_before_does_not_touch()
    {
        using var term = new LeaseTerm(Lease(), _clock.GetTimestamp(), _clock);
        _clock.Advance(ValidFor);
        term.Renew(Lease(), _clock.GetTimestamp());
        Assert.True(term.TryBegin(out var given));
        Assert.False(given.IsCancellationRequested);
        _clock.Advance(ValidFor);
        Assert.True(given.IsCancellationRequested);
    }

    [Fact]
    public void Attempts_can_be_given_up_while_the_lease_still_holds()
    {
        using var term = new LeaseTerm(Lease(), _clock.GetTimestamp(), _clock);
        Assert.True(term.TryBegin(out var given));
        term.GiveUpAttempts();
        Assert.True(given.IsCancellationRequested);
        Assert.True(term.Holds); // the shard can still save what it has done
        term.Renew(Lease(), _clock.GetTimestamp());
        term.TryBegin(out var later);
        Assert.True(later.IsCancellationRequested);
    }

    [Fact]
    public void Nothing_renews_what_has_ended()
    {
        using var term = new LeaseTerm(Lease(), _clock.GetTimestamp(), _clock);
        Assert.True(term.TryBegin(out var given));
        term.End();
        term.Renew(Lease(), _clock.GetTimestamp());
        Assert.True(given.IsCancellationRequested);
        Assert.False(term.Holds);
        Assert.Equal(0, _clock.ArmedTimers);
    }

    [Fact]
    public void A_lease_without_an_end_needs_no_timer()
    {
        using var term = new LeaseTerm(new Lease(new ShardId(0), 1, null), _clock.GetTimestamp(), _clock);
        _clock.Advance(TimeSpan.FromDays(1000));
        Assert.True(term.TryBegin(out var given));
        Assert.Equal((false, 0), (given.IsCancellationRequested, _clock.ArmedTimers));
    }

    private static Lease Lease() => new(new ShardId(0), 1, ValidFor);
}
