using System.Collections.Concurrent;
using System.Threading.Channels;
using Herald.Postgres.Connections;
using Xunit;

namespace Herald.Postgres.Tests.Connections;

public sealed class GroupLoopTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Channel<Run> _runs = Channel.CreateUnbounded<Run>();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_group_has_no_more_items_than_its_bound()
    {
        var loop = new Loop(3, 1000, BeginAsync);
        loop.Add(1, 2, 3, 4, 5, 6, 7);
        await EndNextAsync(1, 2, 3);
        await EndNextAsync(4, 5, 6);
        await EndNextAsync(7);
    }

    [Fact]
    public async Task A_group_has_no_more_bytes_than_its_bound()
    {
        var loop = new Loop(100, 10, BeginAsync);
        loop.Add(4, 5, 3, 7, 1);
        await EndNextAsync(4, 5);
        await EndNextAsync(3, 7);
        await EndNextAsync(1);
    }

    [Fact]
    public async Task An_item_that_is_larger_than_the_bound_is_a_group_by_itself()
    {
        var loop = new Loop(100, 10, BeginAsync);
        loop.Add(2, 11, 3, 4);
        await EndNextAsync(2);
        await EndNextAsync(11);
        await EndNextAsync(3, 4);
    }

    [Fact]
    public async Task Items_that_arrive_during_a_run_go_with_the_next_one()
    {
        var loop = new Loop(100, 1000, BeginAsync);
        loop.Add(1);
        var first = await NextAsync();
        Assert.Equal([1], first.Group);
        Assert.Equal(0, loop.Waiting);
        loop.Add(2);
        loop.Add(3, 4);
        Assert.Equal(3, loop.Waiting);
        Assert.False(_runs.Reader.TryPeek(out _));
        first.End();
        await EndNextAsync(2, 3, 4);
        Assert.Equal(0, loop.Waiting);
    }

    [Fact]
    public async Task A_group_that_fails_costs_its_own_items_alone()
    {
        var loop = new Loop(2, 1000, BeginAsync);
        loop.Add(1, 2, 3);
        (await NextAsync()).Fail("a defect");
        await EndNextAsync(3);
        await loop.DisposeAsync();
        loop.Add(4);
        (await NextAsync()).Fail("another");
        loop.Add(5);
        await EndNextAsync(5);
        await loop.DisposeAsync();
        Assert.Equal(["1 2: a defect", "4: another"], loop.Failed);
    }

    [Fact]
    public async Task Items_that_a_run_has_removed_from_its_group_do_not_fail_with_it()
    {
        var loop = new Loop(100, 1000, group =>
        {
            group.Remove(2);
            throw new InvalidOperationException("at once");
        });
        loop.Add(1, 2, 3);
        await loop.DisposeAsync();
        Assert.Equal(["1 3: at once"], loop.Failed);
    }

    [Fact]
    public async Task Disposal_waits_for_the_run_under_way_and_for_what_waits_behind_it()
    {
        var loop = new Loop(100, 1000, BeginAsync);
        await loop.DisposeAsync();
        loop.Add(1);
        var first = await NextAsync();
        loop.Add(2);
        var disposed = loop.DisposeAsync().AsTask();
        Assert.False(disposed.IsCompleted);
        first.End();
        var second = await NextAsync();
        Assert.False(disposed.IsCompleted);
        second.End();
        await disposed.WaitAsync(Patience, Cancel);
    }

    [Fact]
    public async Task Of_many_that_add_at_once_each_items_turn_comes_once_and_in_order()
    {
        var (taken, running, most) = (new ConcurrentQueue<int>(), 0, 0);
        var loop = new Loop(7, long.MaxValue, async group =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            await Task.Yield();
            group.ForEach(taken.Enqueue);
            Interlocked.Decrement(ref running);
        });
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(() =>
        {
            for (var i = 0; i < 2000; i++)
                loop.Add(worker + (8 * i));
        })));
        await loop.DisposeAsync();
        Assert.Equal(1, most);
        Assert.Equal(0, loop.Waiting);
        foreach (var ofWorker in taken.GroupBy(item => item % 8))
            Assert.Equal(Enumerable.Range(0, 2000).Select(i => ofWorker.Key + (8 * i)), ofWorker);
        Assert.Equal(16_000, taken.Count);
    }

    private Task BeginAsync(List<int> group)
    {
        var run = new Run([.. group]);
        Assert.True(_runs.Writer.TryWrite(run));
        return run.Ended;
    }

    private async Task<Run> NextAsync() => await _runs.Reader.ReadAsync(Cancel).AsTask().WaitAsync(Patience, Cancel);

    private async Task EndNextAsync(params int[] group)
    {
        var next = await NextAsync();
        Assert.Equal(group, next.Group);
        next.End();
    }

    private sealed class Run(int[] group)
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int[] Group => group;
        public Task Ended => _ended.Task;

        public void End() => _ended.SetResult();

        public void Fail(string why) => _ended.SetException(new InvalidOperationException(why));
    }

    /// <summary>The items are numbers, each as many bytes as it says.</summary>
    private sealed class Loop(int mostItems, long mostBytes, Func<List<int>, Task> run) : GroupLoop<int>(mostItems, mostBytes)
    {
        public List<string> Failed { get; } = [];

        protected override long SizeOf(int item) => item;

        protected override Task RunAsync(List<int> group) => run(group);

        protected override Task FailAsync(List<int> group, Exception failure)
        {
            Failed.Add($"{string.Join(' ', group)}: {failure.Message}");
            return Task.CompletedTask;
        }
    }
}
