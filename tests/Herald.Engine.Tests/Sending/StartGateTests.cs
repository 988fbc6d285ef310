using Herald.Engine.Sending;
using Xunit;

namespace Herald.Engine.Tests.Sending;

public sealed class StartGateTests : IDisposable
{
    private readonly StartGate _gate = new();

    public void Dispose() => _gate.Dispose();

    [Fact]
    public void Nobody_is_waited_for_when_nobody_is_inside() => Assert.True(_gate.WhenPassedAsync().AsTask().IsCompletedSuccessfully);

    [Fact]
    public async Task Who_came_before_is_waited_for_and_who_comes_after_is_not()
    {
        var before = _gate.Enter();
        var passed = _gate.WhenPassedAsync().AsTask();
        var after = _gate.Enter();
        Assert.NotEqual(before, after);
        Assert.False(passed.IsCompleted);
        _gate.Leave(before);
        await passed.WaitAsync(TestContext.Current.CancellationToken);
        _gate.Leave(after);
    }

    [Fact]
    public async Task Those_who_wait_take_turns()
    {
        var first = _gate.Enter();
        var one = _gate.WhenPassedAsync().AsTask();
        var second = _gate.Enter();
        var other = _gate.WhenPassedAsync().AsTask();
        _gate.Leave(first);
        await one.WaitAsync(TestContext.Current.CancellationToken);
        Assert.False(other.IsCompleted);
        _gate.Leave(second);
        await other.WaitAsync(TestContext.Current.CancellationToken);
        Assert.True(_gate.WhenPassedAsync().AsTask().IsCompletedSuccessfully);
    }
}
