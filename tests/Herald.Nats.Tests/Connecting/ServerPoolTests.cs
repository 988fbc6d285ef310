using Herald.Nats.Connecting;

namespace Herald.Nats.Tests.Connecting;

public sealed class ServerPoolTests
{
    [Fact]
    public void Every_server_is_tried_before_one_is_tried_again()
    {
        var pool = new ServerPool(ServerAddress.ParseAll("nats://a,nats://b,nats://c")!, new Random(1));
        var tried = Enumerable.Range(0, 6).Select(_ => pool.Next().Host).ToList();
        Assert.Equal(["a", "b", "c"], tried.Take(3).Order());
        Assert.Equal(tried.Take(3), tried.Skip(3));
    }

    [Fact]
    public void Servers_that_are_told_of_come_and_go_and_those_that_are_set_stay()
    {
        var pool = new ServerPool(ServerAddress.ParseAll("nats://a")!, new Random(1));
        var told = pool.Next();
        pool.Announce(told, ["a:4222", "b:4222", "c:4222"]);
        Assert.Equal(["b", "c", "a"], Enumerable.Range(0, 3).Select(_ => pool.Next().Host));
        pool.Announce(told, ["d:4222", "nonsense nonsense"]);
        Assert.Equal(["d", "a", "d"], Enumerable.Range(0, 3).Select(_ => pool.Next().Host));
    }

    [Fact]
    public void Pauses_begin_when_every_server_has_failed_grow_and_are_bounded()
    {
        var random = new Random(1);
        Assert.All([0, 1, 2], failures => Assert.Equal(TimeSpan.Zero, ReconnectPause.After(failures, 3, random)));
        for (var failures = 3; failures < 100; failures++)
        {
            var full = TimeSpan.FromMilliseconds(Math.Min(100 * Math.Pow(2, failures / 3 - 1), 2_000));
            Assert.InRange(ReconnectPause.After(failures, 3, random), full / 2, full);
        }
        Assert.InRange(ReconnectPause.After(int.MaxValue, 1, random), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
    }
}
