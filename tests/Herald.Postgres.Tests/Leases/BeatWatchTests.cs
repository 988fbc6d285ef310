using Herald.Contracts.Stores;
using Herald.Postgres.Leases;
using Xunit;

namespace Herald.Postgres.Tests.Leases;

public sealed class BeatWatchTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(5), Second = TimeSpan.FromSeconds(1);

    private readonly StoreClock _clock = new();
    private readonly BeatWatch _watch;

    public BeatWatchTests() => _watch = new BeatWatch(_clock, Lease);

    [Fact]
    public void A_node_is_dead_when_its_beat_has_stood_still_for_longer_than_a_lease()
    {
        Assert.Empty(_watch.Look([new(1, 7), new(2, 1)]));
        for (var second = 1; second <= 5; second++)
        {
            _clock.Advance(Second);
            Assert.Empty(_watch.Look([new(1, 7), new(2, 1 + second)]));
        }
        _clock.Advance(Second);
        Assert.Equal([new NodeBeat(1, 7)], _watch.Look([new(1, 7), new(2, 7)]));
    }

    [Fact]
    public void A_beat_begins_the_wait_anew()
    {
        _watch.Look([new(1, 7)]);
        for (var second = 0; second < 20; second++)
        {
            _clock.Advance(Second);
            Assert.Empty(_watch.Look([new(1, 8 + (second / 3))]));
        }
    }

    [Fact]
    public void While_the_database_was_away_nobody_could_beat()
    {
        _watch.Look([new(1, 7)]);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(_watch.Look([new(1, 7)]));
        _clock.Advance(Second);
        Assert.Empty(_watch.Look([new(1, 7)]));
    }

    [Fact]
    public void Who_can_look_only_rarely_finds_the_dead_too()
    {
        _watch.Look([new(1, 7), new(2, 7)]);
        for (var look = 1; look <= 2; look++)
        {
            _clock.Advance(Lease);
            Assert.Empty(_watch.Look([new(1, 7), new(2, 7 + look)]));
        }
        _clock.Advance(Lease);
        Assert.Equal([new NodeBeat(1, 7)], _watch.Look([new(1, 7), new(2, 10)]));
    }

    [Fact]
    public void Who_has_gone_is_forgotten()
    {
        _watch.Look([new(1, 7)]);
        _clock.Advance(Second);
        _watch.Look([]);
        for (var second = 0; second < 5; second++)
        {
            _clock.Advance(Second);
            Assert.Empty(_watch.Look([new(1, 7)]));
        }
    }
}
