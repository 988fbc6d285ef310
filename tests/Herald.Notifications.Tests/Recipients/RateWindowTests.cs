using Herald.Notifications.Recipients;

namespace Herald.Notifications.Tests.Recipients;

public sealed class RateWindowTests
{
    private static readonly RateLimit Two = new(2, TimeSpan.FromSeconds(10), Excess.Wait);

    [Fact]
    public void As_many_as_the_limit_go_at_once_and_the_others_take_turns()
    {
        var (window, turns) = (RateWindow.Empty, new List<long>());
        for (var i = 0; i < 5; i++)
        {
            turns.Add(window.Next(Two, 1_000));
            window = window.Take(Two, turns[^1], 1_000);
        }
        Assert.Equal([1_000, 1_000, 11_000, 11_000, 21_000], turns);
        Assert.Equal(2, window.Count);
        Assert.Equal(31_000, window.OverAtMs(Two));
        Assert.Same(window, window.Forget(Two, 20_999));
        Assert.Equal(1, window.Forget(Two, 21_000).Count);
        Assert.Same(RateWindow.Empty, window.Forget(Two, 31_000));
        Assert.Null(RateWindow.Empty.OverAtMs(Two));
    }

    [Fact]
    public void A_turn_never_passes_an_earlier_one()
    {
        var window = RateWindow.Empty.Take(Two, 50_000, 1_000);
        Assert.Equal(50_000, window.Next(Two, 1_000));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void No_time_of_the_limit_has_more_turns_than_the_limit_and_none_comes_later_than_it_must(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            var limit = new RateLimit(random.Next(1, 8), TimeSpan.FromMilliseconds(random.Next(1, 500)), Excess.Wait);
            var (window, turns, now) = (RateWindow.Empty, new List<long>(), 10_000L);
            for (var i = 0; i < 100; i++)
            {
                now += random.Next(3) == 0 ? random.Next(200) : 0;
                var from = now + (random.Next(4) == 0 ? random.Next(300) : 0);
                var turn = window.Next(limit, from);
                // The judge knows all turns ever, and tries each time from the first possible one.
                var expected = turns.Count == 0 ? from : Math.Max(from, turns[^1]);
                while (turns.Count(one => one > expected - limit.WithinMs) >= limit.Most)
                    expected++;
                Assert.Equal(expected, turn);
                turns.Add(turn);
                window = RateWindow.Read(window.Take(limit, turn, now).ToBytes());
                Assert.InRange(window.Count, 0, limit.Most);
            }
        }
    }

    [Fact]
    public void A_limit_that_has_changed_applies_at_once()
    {
        var window = RateWindow.Empty.Take(Two, 1_000, 1_000).Take(Two, 2_000, 2_000);
        Assert.Equal(12_000, window.Next(Two with { Most = 1 }, 3_000));
        Assert.Equal(3_000, window.Next(Two with { Most = 3 }, 3_000));
        Assert.Equal(3_000, window.Next(Two with { Within = TimeSpan.FromSeconds(1) }, 3_000));
    }

    [Fact]
    public void Bytes_that_are_no_window_are_refused()
    {
        var bytes = RateWindow.Empty.Take(Two, 1_000, 1_000).Take(Two, 2_000, 2_000).ToBytes();
        Assert.Equal(2, RateWindow.Read(bytes).Count);
        Assert.Same(RateWindow.Empty, RateWindow.Read([]));
        Assert.Throws<InvalidDataException>(() => RateWindow.Read(bytes.AsSpan(1)));
        Assert.Throws<InvalidDataException>(() => RateWindow.Read([.. bytes.AsSpan(8), .. bytes.AsSpan(0, 8)]));
    }
}
