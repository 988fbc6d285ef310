using Herald.Engine.Sending;
using Herald.Engine.Subscriptions;
using Herald.Engine.Tests.Shards;
using Herald.TestKit.Time;
using Xunit;

namespace Herald.Engine.Tests.Sending;

public sealed class PermitLedgerTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly RecordingTaker _shard = new(), _other = new();
    private PermitLedger? _ledger;

    public void Dispose() => _ledger?.Dispose();

    [Fact]
    public void A_subscription_holds_no_more_than_its_limit()
    {
        var ledger = Ledger(100);
        var subscription = Fixed(1, 5);
        Assert.Equal((0, 5), Look(ledger, subscription));
        ledger.AskFor(subscription, PermitKind.First, 20, _shard);
        Assert.Equal((5, 5), Look(ledger, subscription));
        Assert.Equal(5, _shard.Granted.Count);

        ledger.Settle(1, PermitKind.First, Results.Delivered(), 1, _shard);
        ledger.Return(1, PermitKind.First, 2);
        Assert.Equal(8, _shard.Granted.Count);
        Assert.Equal((5, 5), Look(ledger, subscription));
    }

    [Fact]
    public void What_was_asked_for_once_is_granted_once()
    {
        var ledger = Ledger(100);
        ledger.AskFor(Fixed(1, 5), PermitKind.First, 7, _shard);
        for (var i = 0; i < 7; i++)
            ledger.Settle(1, PermitKind.First, Results.Delivered(), 1, _shard);
        Assert.Equal(7, _shard.Granted.Count);
        Assert.Equal(0, ledger.InFlight);
    }

    [Theory]
    [InlineData(10, 0.5, 5)]
    [InlineData(10, 0.25, 3)]
    [InlineData(3, 0.1, 1)] // at least one for each node, however small its share
    [InlineData(1, 0.5, 1)]
    [InlineData(10, 1.0, 10)]
    public void The_limit_of_a_subscription_is_divided_by_the_share_of_shards(int most, double share, int expected)
    {
        var ledger = Ledger(100);
        ledger.Share(share);
        ledger.AskFor(Fixed(1, most), PermitKind.First, 20, _shard);
        Assert.Equal(expected, ledger.InFlight);
    }

    [Fact]
    public void A_share_that_grows_serves_those_that_wait_and_one_that_shrinks_takes_nothing_away()
    {
        var ledger = Ledger(100);
        ledger.Share(0.25);
        ledger.AskFor(Fixed(1, 8), PermitKind.First, 20, _shard);
        Assert.Equal(2, ledger.InFlight);
        ledger.Share(1);
        Assert.Equal(8, ledger.InFlight);
        ledger.Share(0.5);
        Assert.Equal(8, ledger.InFlight);
        for (var i = 0; i < 5; i++)
            ledger.Settle(1, PermitKind.First, Results.Delivered(), 1, _shard);
        Assert.Equal(4, ledger.InFlight);
    }

    [Fact]
    public void A_shard_that_withdraws_is_granted_no_more_and_the_others_are_served()
    {
        var ledger = Ledger(100);
        ledger.AskFor(Fixed(1, 1), PermitKind.First, 5, _shard);
        ledger.AskFor(Fixed(1, 1), PermitKind.First, 3, _other);
        ledger.Withdraw(_shard);
        for (var i = 0; i < 4; i++)
            ledger.Settle(1, PermitKind.First, Results.Delivered(), 1, _shard);
        Assert.Equal((1, 3, 0), (_shard.Granted.Count, _other.Granted.Count, ledger.InFlight));
    }

    [Fact]
    public void The_nodes_permits_go_round_among_those_that_have_work()
    {
        var ledger = Ledger(4);
        ledger.AskFor(Fixed(1, 100), PermitKind.First, 100, _shard); // takes all that it can get
        ledger.AskFor(Fixed(2, 100), PermitKind.First, 100, _shard);
        ledger.AskFor(Fixed(3, 100), PermitKind.First, 100, _shard);
        Assert.Equal((3, 1, 0), (_shard.Of(1), _shard.Of(2), _shard.Of(3)));
        for (var i = 0; i < 30; i++)
        {
            var (subscription, kind) = _shard.Granted[i];
            ledger.Settle(subscription, kind, Results.Delivered(), 1, _shard);
            Assert.InRange(ledger.InFlight, 3, 4);
        }
        Assert.All([1, 2, 3], subscription => Assert.InRange(_shard.Of(subscription), 10, 13));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(10)]
    [InlineData(60)]
    public void However_many_take_all_they_can_and_keep_it_another_is_served_at_once(int greedy)
    {
        var ledger = Ledger(1024);
        for (var subscription = 1; subscription <= greedy; subscription++)
            ledger.AskFor(Fixed(subscription, 10_000), PermitKind.First, 10_000, _shard);
        if (greedy == 1)
            Assert.Equal(720, _shard.Of(1));
        Assert.InRange(ledger.InFlight, 720, 1023);
        ledger.AskFor(Fixed(1000, 10_000), PermitKind.First, 1, _other);
        Assert.Single(_other.Granted);
        // It gets a permit each time it returns one. When it asks for many, it can get as many as the others have.
        for (var i = 0; i < 1000; i++)
        {
            ledger.AskFor(Fixed(1000, 10_000), PermitKind.First, 1, _other);
            ledger.Settle(1000, PermitKind.First, Results.Delivered(), 1, _other);
        }
        Assert.Equal(1001, _other.Granted.Count);
        var (most, asked) = (Enumerable.Range(1, greedy).Max(one => _shard.Of(one)), _other.Granted.Count);
        ledger.AskFor(Fixed(1000, 10_000), PermitKind.First, 10_000, _other);
        Assert.InRange(_other.Granted.Count - asked + 1, 1, most);
        Assert.True(ledger.InFlight < 1024, "nothing is left for the next one");
    }

    [Fact]
    public void Retries_of_one_subscription_leave_some_of_the_nodes_retries_to_others()
    {
        var ledger = Ledger(1024);
        ledger.AskFor(Fixed(1, 10_000), PermitKind.Retry, 10_000, _shard);
        Assert.Equal(180, _shard.Of(PermitKind.Retry));
        ledger.AskFor(Fixed(2, 100), PermitKind.Retry, 10, _other);
        Assert.Equal(10, _other.Of(PermitKind.Retry));
    }

    [Fact]
    public void Permits_that_come_back_go_to_those_that_hold_less_though_others_asked_before()
    {
        var ledger = Ledger(16);
        ledger.AskFor(Fixed(1, 100), PermitKind.First, 100, _shard);
        ledger.AskFor(Fixed(2, 100), PermitKind.First, 100, _other);
        var (first, second) = (_shard.Granted.Count, _other.Granted.Count);
        Assert.Equal((11, 3), (first, second));
        for (var i = 0; i < 6; i++)
            ledger.Settle(1, PermitKind.First, Results.Delivered(), 1, _shard);
        Assert.True(_other.Granted.Count >= second + 3, $"the other has got {_other.Granted.Count - second}");
        Assert.True(_shard.Granted.Count <= first + 2, $"it has got {_shard.Granted.Count - first} again");
    }

    /// <summary>The test counts how often the ledger reads the clock: once for each subscription that it examines.</summary>
    [Fact]
    public void A_permit_that_comes_back_costs_the_same_however_many_wait()
    {
        const int Subscriptions = 100, Settled = 10_000, Counted = 1_000;
        var clock = new CountingClock();
        _ledger = new PermitLedger(1024, clock, new Random(1));
        for (var number = 1; number <= Subscriptions; number++)
            _ledger.AskFor(Fixed(number, 1000), PermitKind.First, Settled, _shard);
        var before = 0;
        for (var i = 0; i < Settled; i++)
        {
            if (i == Settled - Counted)
                before = clock.Looks;
            _ledger.Settle(_shard.Granted[i].Subscription, PermitKind.First, Results.Delivered(), 1, _shard);
        }
        Assert.InRange(clock.Looks - before, 1, 5 * Counted);
    }

    [Fact]
    public void Retries_that_may_not_be_granted_now_keep_no_first_attempt_waiting()
    {
        var ledger = Ledger(16);
        ledger.AskFor(Fixed(1, 100), PermitKind.Retry, 100, _shard);
        ledger.AskFor(Fixed(2, 100), PermitKind.Retry, 100, _shard);
        ledger.AskFor(Fixed(3, 100), PermitKind.First, 100, _other);
        var (retries, firsts) = (_shard.Granted.Count, _other.Granted.Count);
        ledger.Settle(3, PermitKind.First, Results.Delivered(), 1, _other);
        Assert.Equal((retries, firsts + 1), (_shard.Granted.Count, _other.Granted.Count));
        for (var i = _shard.Of(1); i > 0; i--)
            ledger.Settle(1, PermitKind.Retry, Results.Delivered(), 1, _shard);
        Assert.InRange(_shard.Granted.Count, retries + 1, int.MaxValue);
    }

    [Fact]
    public void The_shards_of_one_subscription_are_served_in_turn()
    {
        var ledger = Ledger(100);
        ledger.AskFor(Fixed(1, 1), PermitKind.First, 10, _shard);
        ledger.AskFor(Fixed(1, 1), PermitKind.First, 10, _other);
        for (var i = 0; i < 9; i++)
            ledger.Settle(1, PermitKind.First, Results.Delivered(), 1, _shard);
        Assert.Equal((6, 4), (_shard.Granted.Count, _other.Granted.Count)); // the first permit was granted before the other shard asked
    }

    [Fact]
    public void Retries_hold_a_quarter_of_a_subscription()
    {
        var ledger = Ledger(1000);
        ledger.AskFor(Fixed(1, 16), PermitKind.Retry, 100, _shard);
        Assert.Equal(4, _shard.Of(PermitKind.Retry));
        ledger.AskFor(Fixed(1, 16), PermitKind.First, 100, _shard);
        Assert.Equal(12, _shard.Of(PermitKind.First));

        ledger.Settle(1, PermitKind.Retry, Results.Status500, 1, _shard);
        Assert.Equal((5, 12), (_shard.Of(PermitKind.Retry), _shard.Of(PermitKind.First)));
    }

    [Fact]
    public void Retries_hold_a_quarter_of_the_node_and_every_subscription_gets_its_turn()
    {
        var ledger = Ledger(16);
        for (var subscription = 1; subscription <= 3; subscription++)
            ledger.AskFor(Fixed(subscription, 100), PermitKind.Retry, 20, _shard);
        Assert.Equal(4, _shard.Granted.Count);
        ledger.AskFor(Fixed(4, 100), PermitKind.First, 100, _shard);
        Assert.Equal(8, _shard.Of(4));
        for (var i = 0; i < _shard.Granted.Count; i++)
        {
            var (subscription, kind) = _shard.Granted[i];
            ledger.Settle(subscription, kind, Results.Delivered(), (ulong)subscription, _shard);
            // Each of the three has had its turn: none waits longer than the others.
            if (i == 40)
                Assert.All([1, 2, 3], s => Assert.True(_shard.Of(s) >= 3, $"{s} has {_shard.Of(s)}"));
        }
        Assert.Equal((20, 20, 20, 100), (_shard.Of(1), _shard.Of(2), _shard.Of(3), _shard.Of(4)));
    }

    [Fact]
    public void A_subscription_of_one_permit_still_retries()
    {
        var ledger = Ledger(1);
        ledger.AskFor(Fixed(1, 1), PermitKind.First, 1, _shard);
        ledger.AskFor(Fixed(1, 1), PermitKind.Retry, 1, _shard);
        ledger.Settle(1, PermitKind.First, Results.Delivered(), 1, _shard);
        Assert.Equal([(1, PermitKind.First), (1, PermitKind.Retry)], _shard.Granted);
    }

    [Fact]
    public void A_rate_is_kept_by_the_clock()
    {
        var ledger = Ledger(100);
        ledger.AskFor(SubscriptionEntries.Plain(1, limits: new DeliveryLimits { RatePerSecond = 10 }).Subscription, PermitKind.First, 30, _shard);
        Assert.Single(_shard.Granted);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.InRange(_shard.Granted.Count, 10, 11);
        for (var i = 0; i < 30; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            while (ledger.InFlight > 0)
                ledger.Settle(1, PermitKind.First, Results.Delivered(), 1, _shard);
        }
        Assert.Equal(30, _shard.Granted.Count);
    }

    [Fact]
    public void What_was_returned_unused_costs_no_rate()
    {
        var ledger = Ledger(100);
        ledger.AskFor(SubscriptionEntries.Plain(1, limits: new DeliveryLimits { RatePerSecond = 1 }).Subscription, PermitKind.First, 3, _shard);
        ledger.Return(1, PermitKind.First, 1);
        ledger.Return(1, PermitKind.First, 1);
        Assert.Equal(3, _shard.Granted.Count);
    }

    [Fact]
    public void An_endpoint_that_is_down_gets_single_probes_and_all_who_failed_hear_when_it_is_back()
    {
        var ledger = Ledger(100);
        var subscription = SubscriptionEntries.Plain(1).Subscription;
        ledger.AskFor(subscription, PermitKind.First, 16, _shard);
        for (ulong key = 0; key < 16; key++)
            ledger.Settle(1, PermitKind.First, Results.TimedOut, key, key % 2 == 0 ? _shard : _other);
        ledger.AskFor(subscription, PermitKind.First, 4, _other);
        Assert.Equal((0, 0), Look(ledger, subscription));

        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((1, 0), Look(ledger, subscription));
        ledger.Settle(1, PermitKind.First, Results.Delivered(), 99, _shard);
        Assert.Equal([1], _shard.Back);
        Assert.Equal([1], _other.Back);
        Assert.True(ledger.Look(subscription).InFlight > 0);
    }

    [Fact]
    public void What_is_known_of_one_endpoint_is_not_held_against_the_next()
    {
        var ledger = Ledger(100);
        var subscription = SubscriptionEntries.Plain(1).Subscription;
        ledger.AskFor(subscription, PermitKind.First, 16, _shard);
        for (ulong key = 0; key < 12; key++)
            ledger.Settle(1, PermitKind.First, Results.TimedOut, key, _shard);
        Assert.Equal(0, ledger.Look(subscription).Limit);

        ledger.Configure(subscription with { EndpointRevision = 2 });
        Assert.Equal((4, 16), Look(ledger, subscription));
        // The results of attempts at the old endpoint do not count for the new one.
        for (var i = 0; i < 4; i++)
            ledger.Settle(1, PermitKind.First);
        Assert.Equal((0, 16), Look(ledger, subscription));
        Assert.Equal(0, ledger.InFlight);
    }

    [Fact]
    public void A_higher_limit_is_in_force_at_once()
    {
        var ledger = Ledger(100);
        ledger.AskFor(Fixed(1, 2), PermitKind.First, 10, _shard);
        ledger.Configure(Fixed(1, 6));
        Assert.Equal(6, _shard.Granted.Count);
    }

    [Fact]
    public void What_a_forgotten_subscription_held_goes_to_others()
    {
        var ledger = Ledger(4);
        ledger.AskFor(Fixed(1, 2), PermitKind.First, 10, _shard);
        ledger.AskFor(Fixed(2, 2), PermitKind.First, 10, _shard);
        ledger.Forget(1);
        ledger.Settle(1, PermitKind.First, Results.Delivered(), 1, _shard);
        ledger.Return(1, PermitKind.First, 1);
        Assert.Equal((2, 2), (_shard.Of(1), _shard.Of(2)));
        Assert.Equal(2, ledger.InFlight);
    }

    [Fact]
    public void What_is_asked_for_a_subscription_that_is_gone_opens_no_account_again()
    {
        var gone = new HashSet<int>();
        var ledger = _ledger = new PermitLedger(100, _clock, new Random(1)) { IsThere = number => !gone.Contains(number) };
        var subscription = Fixed(1, 2);
        Assert.Equal(1, ledger.Ask(subscription, PermitKind.First, 1, _shard));
        ledger.Return(1, PermitKind.First, 1);
        gone.Add(1);
        ledger.Forget(1);
        // Its shard does not yet know of the deletion.
        Assert.Equal(0, ledger.Ask(subscription, PermitKind.First, 1, _shard));
        ledger.Configure(Fixed(1, 10));
        Assert.Equal((0, 0), (ledger.InFlight, _shard.Granted.Count));
    }

    [Fact]
    public void However_it_is_asked_and_settled_every_bound_holds_and_everything_asked_for_is_granted_once()
    {
        for (var seed = 1; seed <= 60; seed++)
        {
            try
            {
                using var world = new LedgerWorld(seed);
                world.Run();
            }
            catch (Exception failure)
            {
                Assert.Fail($"seed {seed}: {failure.Message}\n{failure.StackTrace}");
            }
        }
    }

    private sealed class CountingClock : TimeProvider
    {
        public int Looks { get; private set; }

        public override long GetTimestamp() => Looks++;
    }

    private PermitLedger Ledger(int nodeLimit) => _ledger = new PermitLedger(nodeLimit, _clock, new Random(1));

    private static Subscription Fixed(int number, int most) =>
        SubscriptionEntries.Plain(number, limits: new DeliveryLimits { MaxInFlight = most, FixedInFlight = true }).Subscription;

    private static (int InFlight, int Limit) Look(PermitLedger ledger, Subscription subscription) =>
        ledger.Look(subscription) is var look ? (look.InFlight, look.Limit) : default;
}
