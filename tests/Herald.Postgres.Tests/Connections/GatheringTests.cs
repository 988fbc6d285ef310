using Herald.Postgres.Connections;
using Herald.TestKit.Time;
using Xunit;

namespace Herald.Postgres.Tests.Connections;

public sealed class GatheringTests
{
    private readonly ManualClock _clock = new(DateTimeOffset.UnixEpoch);
    private readonly List<Call> _calls = [];

    [Fact]
    public async Task The_first_goes_at_once_and_those_that_come_meanwhile_go_together()
    {
        using var gathering = new Gathering<int, int>(AskAsync, _clock, _ => false);
        var answers = Enumerable.Range(1, 5).Select(gathering.AskAsync).ToList();
        Assert.Equal([1], Assert.Single(_calls).Questions);
        _calls[0].Answer();
        Assert.Equal(10, await answers[0]);
        await UntilCallsAsync(2);
        Assert.Equal([2, 3, 4, 5], _calls[1].Questions);
        _calls[1].Answer();
        var all = await Task.WhenAll(answers);
        Assert.Equal([10, 20, 30, 40, 50], all);
    }

    [Fact]
    public async Task A_call_that_takes_long_holds_nobody_up_for_more_than_a_moment()
    {
        using var gathering = new Gathering<int, int>(AskAsync, _clock, _ => false);
        var slow = gathering.AskAsync(1);
        var next = gathering.AskAsync(2);
        Assert.Single(_calls);
        _clock.Advance(TimeSpan.FromMilliseconds(5));
        await UntilCallsAsync(2);
        _calls[1].Answer();
        Assert.Equal(20, await next);
        Assert.False(slow.IsCompleted);
        _calls[0].Answer();
        Assert.Equal(10, await slow);
    }

    [Fact]
    public async Task Where_calls_keep_apart_the_next_waits_for_as_long_as_the_last_has_been_slow()
    {
        using var gathering = new Gathering<int, int>(AskAsync, _clock, _ => false, apart: 3);
        var first = gathering.AskAsync(1);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        _calls[0].Answer();
        Assert.Equal(10, await first);
        var answers = new[] { gathering.AskAsync(2), gathering.AskAsync(3) };
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Single(_calls);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        await UntilCallsAsync(2);
        Assert.Equal([2, 3], _calls[1].Questions);
        // However long a call takes, the next one begins a moment later at most.
        _clock.Advance(TimeSpan.FromMilliseconds(4));
        _calls[1].Answer();
        await Task.WhenAll(answers);
        var last = gathering.AskAsync(4);
        Assert.Equal(2, _calls.Count);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        await UntilCallsAsync(3);
        _calls[2].Answer();
        Assert.Equal(40, await last);
    }

    [Fact]
    public async Task However_slow_the_answers_are_no_more_than_eight_calls_are_under_way()
    {
        using var gathering = new Gathering<int, int>(AskAsync, _clock, _ => false);
        var answers = new List<Task<int>>();
        for (var i = 1; i <= 20; i++)
        {
            answers.Add(gathering.AskAsync(i));
            _clock.Advance(TimeSpan.FromMilliseconds(5));
        }
        await UntilCallsAsync(8);
        Assert.Equal(8, _calls.Count);
        _calls[7].Answer();
        await UntilCallsAsync(9);
        Assert.Equal(Enumerable.Range(9, 12), _calls[8].Questions);
        for (var i = 0; i < _calls.Count; i++)
            if (i != 7)
                _calls[i].Answer();
        Assert.Equal(Enumerable.Range(1, 20).Select(i => 10 * i), await Task.WhenAll(answers));
    }

    [Fact]
    public async Task One_question_that_fails_fails_alone()
    {
        using var gathering = new Gathering<int, int>(
            questions => questions.Contains(3) ? Task.FromException<IReadOnlyList<int>>(new InvalidOperationException("three")) : AskAsync(questions), _clock, failure => failure is InvalidOperationException);
        var answers = Enumerable.Range(1, 4).Select(gathering.AskAsync).ToList();
        _calls[0].Answer();
        await UntilCallsAsync(3);
        foreach (var call in _calls[1..])
            call.Answer();
        var sound = await Task.WhenAll(answers[0], answers[1], answers[3]);
        Assert.Equal([10, 20, 40], sound);
        Assert.Equal("three", (await Assert.ThrowsAsync<InvalidOperationException>(() => answers[2])).Message);
        // Later questions are not affected.
        var later = gathering.AskAsync(5);
        await UntilCallsAsync(4);
        _calls[3].Answer();
        Assert.Equal(50, await later);
    }

    [Fact]
    public async Task A_failure_that_is_no_questions_own_is_told_to_all_at_once()
    {
        var failing = 0;
        using var gathering = new Gathering<int, int>(
            questions => questions.Count == 1 ? AskAsync(questions) : Task.FromException<IReadOnlyList<int>>(new IOException($"away {++failing}")), _clock, _ => false);
        var answers = Enumerable.Range(1, 4).Select(gathering.AskAsync).ToList();
        _calls[0].Answer();
        Assert.Equal(10, await answers[0]);
        foreach (var answer in answers[1..])
            await Assert.ThrowsAsync<IOException>(() => answer);
        Assert.Equal(1, failing);
    }

    [Fact(Timeout = 60_000)]
    public async Task Of_many_that_ask_at_once_each_gets_its_own_answer()
    {
        using var gathering = new Gathering<int, int>(
            async questions =>
            {
                await Task.Yield();
                return [.. questions.Select(question => question * 10)];
            },
            TimeProvider.System, _ => false);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            for (var i = 0; i < 2000; i++)
                Assert.Equal((worker + (8 * i)) * 10, await gathering.AskAsync(worker + (8 * i)));
        }, TestContext.Current.CancellationToken)));
    }

    // The next call is begun by the thread that brings the answer of the call before, so the test must wait for it.
    private Task UntilCallsAsync(int count) => Until.HoldsAsync(
        () =>
        {
            lock (_calls)
                return _calls.Count >= count;
        },
        $"{count} calls");

    private Task<IReadOnlyList<int>> AskAsync(IReadOnlyList<int> questions)
    {
        var call = new Call(questions);
        lock (_calls)
            _calls.Add(call);
        return call.Answered;
    }

    private sealed class Call(IReadOnlyList<int> questions)
    {
        private readonly TaskCompletionSource<IReadOnlyList<int>> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public IReadOnlyList<int> Questions => questions;
        public Task<IReadOnlyList<int>> Answered => _answer.Task;

        public void Answer() => _answer.SetResult([.. questions.Select(question => question * 10)]);
    }
}
