using Herald.Engine.Sending;
using Xunit;

namespace Herald.Engine.Tests.Sending;

public sealed class RateLimitTests
{
    private readonly RateLimit _rate = new();
    private long _now = 1_900_000_000_000;

    [Fact]
    public void Without_a_rate_everything_goes()
    {
        for (var i = 0; i < 10_000; i++)
            Assert.True(_rate.TryTake(_now, out _));
    }

    [Theory]
    [InlineData(0.01, 1000)]
    [InlineData(1, 100)]
    [InlineData(7.5, 60)]
    [InlineData(333, 10)]
    [InlineData(10_000, 2)]
    public void No_more_than_the_rate_and_a_tenth_of_a_second_at_once(double perSecond, int seconds)
    {
        _rate.PerSecond = perSecond;
        var (end, taken) = (_now + (seconds * 1000L), 0);
        while (_now < end)
        {
            while (_rate.TryTake(_now, out var next))
                taken++;
            _rate.TryTake(_now, out var wake);
            Assert.InRange(wake, _now + 1, _now + (long)Math.Ceiling(1000 / perSecond) + 1);
            _now = wake;
        }
        var burst = Math.Max(1, perSecond / 10);
        Assert.InRange(taken, Math.Floor(perSecond * seconds * 0.95) - 1, Math.Ceiling((perSecond * seconds) + burst));
    }

    [Fact]
    public void What_is_given_back_can_be_taken_again_but_not_saved_up()
    {
        _rate.PerSecond = 1;
        Assert.True(_rate.TryTake(_now, out _));
        Assert.False(_rate.TryTake(_now, out _));
        _rate.GiveBack(50);
        Assert.True(_rate.TryTake(_now, out _));
        Assert.False(_rate.TryTake(_now, out _));
    }

    [Fact]
    public void A_clock_set_back_does_not_stop_it()
    {
        _rate.PerSecond = 10;
        Assert.True(_rate.TryTake(_now, out _));
        _now -= 3_600_000;
        _rate.TryTake(_now, out _);
        Assert.True(_rate.TryTake(_now + 101, out _));
    }
}
