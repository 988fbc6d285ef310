using Herald.Lab.Benches.Traffic;
using Xunit;

namespace Herald.Lab.Tests.Benches.Traffic;

public sealed class ArrivalsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    public void Keys_come_in_turn_and_each_is_numbered(int hotKeys)
    {
        const int Keys = 10, Events = 1000;
        var arrivals = new Arrivals(new TrafficOrder.Begin(1, Keys, hotKeys, 1));
        var last = new long[Keys];
        for (var i = 0; i < Events; i++)
        {
            var one = arrivals.Next(i);
            Assert.Equal((++last[one.Key], i), (one.Number, one.Due));
        }
        Assert.Equal(hotKeys == 0 ? 0 : Events / 5, last.Take(hotKeys).Sum());
        Assert.InRange(last.Skip(hotKeys).Max() - last.Skip(hotKeys).Min(), 0, 1);
    }
}
