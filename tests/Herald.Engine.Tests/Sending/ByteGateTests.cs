using Herald.Engine.Sending;
using Xunit;

namespace Herald.Engine.Tests.Sending;

public sealed class ByteGateTests
{
    private readonly ByteGate _gate = new(100);

    [Fact]
    public void What_fits_enters_at_once_and_what_does_not_waits()
    {
        Assert.True(Enter(60).IsCompleted);
        Assert.True(Enter(40).IsCompleted);
        Assert.False(Enter(1).IsCompleted);
    }

    [Fact]
    public async Task One_event_always_gets_through_however_large()
    {
        await Enter(1000);
        var second = Enter(1000);
        Assert.False(second.IsCompleted);
        _gate.Leave(1000);
        await second;
    }

    [Fact]
    public async Task They_enter_in_the_order_they_came()
    {
        await Enter(100);
        var large = Enter(90);
        var small = Enter(5);
        _gate.Leave(50); // room for the small one, but it is not its turn
        Assert.False(large.IsCompleted);
        Assert.False(small.IsCompleted);
        _gate.Leave(50);
        await large;
        await small;
        Assert.False(Enter(6).IsCompleted);
        Assert.False(Enter(1).IsCompleted); // would fit, but another waits
    }

    [Fact]
    public void It_never_holds_more_and_lets_everyone_in()
    {
        var random = new Random(1);
        var waiting = new Queue<(int Bytes, Task Entered)>();
        var inside = new List<int>();
        for (var i = 0; i < 5000 || waiting.Count > 0; i++)
        {
            if (i < 5000 && random.Next(2) == 0)
            {
                var bytes = 1 + random.Next(150);
                waiting.Enqueue((bytes, Enter(bytes)));
            }
            else if (inside.Count > 0)
            {
                var leaving = random.Next(inside.Count);
                _gate.Leave(inside[leaving]);
                inside.RemoveAt(leaving);
            }
            while (waiting.TryPeek(out var next) && next.Entered.IsCompleted)
                inside.Add(waiting.Dequeue().Bytes);
            Assert.True(inside.Sum() <= 100 || inside.Count == 1);
            Assert.True(waiting.Count == 0 || inside.Count > 0);
        }
    }

    private Task Enter(long bytes) => _gate.EnterAsync(bytes).AsTask();
}
