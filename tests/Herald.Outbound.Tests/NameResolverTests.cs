using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Herald.TestKit.Time;

namespace Herald.Outbound.Tests;

/// <summary>Names whose name server does not answer take threads of their own, and do not delay the answers for other names.</summary>
public sealed class NameResolverTests : IDisposable
{
    private static readonly IPAddress One = IPAddress.Parse("93.184.215.14"), Two = IPAddress.Parse("93.184.215.15");

    private readonly ManualClock _clock = new();
    private readonly ManualResetEventSlim _nameServerAnswers = new();
    private readonly ConcurrentQueue<string> _asked = new();
    private readonly NameResolver _names;
    private Func<string, IPAddress[]> _answer = _ => [One];
    private int _hanging, _ofPool;

    public NameResolverTests() => _names = new NameResolver(Resolve, _clock);

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _nameServerAnswers.Set();
        // A defect is a failed test and not a suite that never ends.
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref _hanging) == 0, TimeSpan.FromMinutes(1)), "a look-up does not end");
        _nameServerAnswers.Dispose();
    }

    [Fact]
    public async Task An_answer_is_kept_for_a_while_then_used_while_another_is_looked_for_and_one_day_it_is_too_old()
    {
        Assert.Equal([One], await AskAsync("a"));
        _clock.Advance(NameResolver.Fresh - TimeSpan.FromSeconds(1));
        Assert.Equal([One], await AskAsync("A"));
        Assert.Single(_asked);

        _answer = _ => [Two];
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal([One], await AskAsync("a"));
        await UntilAsync(async () => (await AskAsync("a")).Contains(Two));
        Assert.Equal(2, _asked.Count);

        _answer = _ => throw new SocketException((int)SocketError.TryAgain);
        _clock.Advance(NameResolver.Usable - TimeSpan.FromSeconds(1));
        Assert.Equal([Two], await AskAsync("a"));
        await UntilAsync(() => Task.FromResult(_asked.Count == 3));
        _clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(SocketError.TryAgain, (await Assert.ThrowsAsync<SocketException>(() => AskAsync("a"))).SocketErrorCode);
    }

    [Fact]
    public async Task That_there_is_no_such_name_is_believed_shortly()
    {
        _answer = _ => throw new SocketException((int)SocketError.HostNotFound);
        for (var i = 0; i < 2; i++)
            Assert.Equal(SocketError.HostNotFound, (await Assert.ThrowsAsync<SocketException>(() => AskAsync("a"))).SocketErrorCode);
        Assert.Single(_asked);
        _answer = _ => [One];
        _clock.Advance(NameResolver.Refused);
        Assert.Equal([One], await AskAsync("a"));
    }

    [Fact]
    public async Task An_address_where_nobody_was_is_looked_up_again()
    {
        await AskAsync("a");
        _answer = _ => [Two];
        _names.Doubt("a");
        await UntilAsync(async () => (await AskAsync("a")).Contains(Two));
    }

    [Fact]
    public async Task Who_asks_for_a_name_that_is_looked_up_already_waits_with_the_others_and_may_stop_waiting()
    {
        using var given = new CancellationTokenSource();
        var first = _names.ResolveAsync("hangs", given.Token).AsTask();
        var others = Enumerable.Range(0, 100).Select(_ => AskAsync("hangs")).ToList();
        await given.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        _nameServerAnswers.Set();
        foreach (var answer in await Task.WhenAll(others))
            Assert.Equal([One], answer);
        Assert.Single(_asked);
    }

    [Fact]
    public async Task Names_that_are_never_answered_take_no_thread_of_the_pool_and_hold_up_no_name_that_was_known()
    {
        await AskAsync("known");
        var hanging = Enumerable.Range(0, 200).Select(i => AskAsync($"hangs{i}")).ToList();
        await UntilAsync(() => Task.FromResult(Volatile.Read(ref _hanging) == NameResolver.MostForNewNames));
        // Threads are left for names that were resolved before, even when their last answer is too old to be used.
        _clock.Advance(NameResolver.Usable + TimeSpan.FromSeconds(1));
        Assert.Equal([One], await AskAsync("known"));
        Assert.Equal(NameResolver.MostForNewNames, Volatile.Read(ref _hanging));
        Assert.Equal(0, _ofPool);
        _nameServerAnswers.Set();
        await Task.WhenAll(hanging);
    }

    [Fact]
    public async Task Names_that_took_long_are_looked_up_by_one_thread_and_others_by_the_rest()
    {
        var hanging = Enumerable.Range(0, 40).Select(i => AskAsync($"hangs{i}")).ToList();
        await UntilAsync(() => Task.FromResult(Volatile.Read(ref _hanging) == 40));
        _clock.Advance(NameResolver.Long);
        _answer = _ => throw new SocketException((int)SocketError.TryAgain);
        _nameServerAnswers.Set();
        foreach (var one in hanging)
            await Assert.ThrowsAsync<SocketException>(() => one);
        _nameServerAnswers.Reset();
        _clock.Advance(NameResolver.Refused);

        hanging = [.. Enumerable.Range(0, 40).Select(i => AskAsync($"hangs{i}"))];
        await UntilAsync(() => Task.FromResult(Volatile.Read(ref _hanging) == 1));
        _answer = _ => [One];
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 200).Select(i => AskAsync($"new{i}"))), answer => Assert.Equal([One], answer));
        Assert.Equal(1, Volatile.Read(ref _hanging));
        _nameServerAnswers.Set();
        Assert.All(await Task.WhenAll(hanging), answer => Assert.Equal([One], answer));
    }

    [Fact]
    public async Task What_nobody_waits_for_any_more_is_not_looked_up()
    {
        var hanging = Enumerable.Range(0, NameResolver.MostForNewNames).Select(i => AskAsync($"hangs{i}")).ToList();
        await UntilAsync(() => Task.FromResult(Volatile.Read(ref _hanging) == NameResolver.MostForNewNames));
        using var given = new CancellationTokenSource();
        var waiting = _names.ResolveAsync("given up", given.Token).AsTask();
        await given.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        _nameServerAnswers.Set();
        await Task.WhenAll(hanging);
        await AskAsync("another");
        Assert.DoesNotContain("given up", _asked);
    }

    [Fact]
    public async Task A_thread_that_cannot_start_fails_one_look_up_and_the_next_one_works()
    {
        var starts = 0;
        var names = new NameResolver(Resolve, _clock, work =>
        {
            if (++starts <= NameResolver.MostThreads + 1)
                throw new InsufficientMemoryException();
            work();
        });
        for (var i = 0; i <= NameResolver.MostThreads; i++)
        {
            var failure = await Assert.ThrowsAsync<SocketException>(() => names.ResolveAsync("a", TestEnd).AsTask());
            Assert.Equal("this machine allows no further thread for the look-up", Failures.Describe(failure));
        }
        Assert.Equal([One], await names.ResolveAsync("a", TestEnd));
    }

    [Fact]
    public async Task Whatever_a_look_up_throws_is_a_failure_of_its_name()
    {
        _answer = host => host == "bad" ? throw new InvalidCastException() : [One];
        var failure = await Assert.ThrowsAsync<SocketException>(() => AskAsync("bad"));
        Assert.Equal("the look-up failed", Failures.Describe(failure));
        Assert.Equal([One], await AskAsync("good"));
    }

    private IPAddress[] Resolve(string host)
    {
        _asked.Enqueue(host);
        if (Thread.CurrentThread.IsThreadPoolThread)
            Interlocked.Increment(ref _ofPool);
        if (host.StartsWith("hangs", StringComparison.Ordinal))
        {
            Interlocked.Increment(ref _hanging);
            _nameServerAnswers.Wait();
            Interlocked.Decrement(ref _hanging);
        }
        return _answer(host);
    }

    private Task<IPAddress[]> AskAsync(string host) => _names.ResolveAsync(host, TestEnd).AsTask();

    private static Task UntilAsync(Func<Task<bool>> holds) => Until.HoldsAsync(holds, "the look-ups are as the test expects");
}
