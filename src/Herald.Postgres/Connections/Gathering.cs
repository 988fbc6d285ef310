namespace Herald.Postgres.Connections;

/// <summary>
/// Combines questions that are asked at about the same time into one call to the database, because a call with many questions costs little
/// more than a call with one.
/// </summary>
/// <remarks>
/// A question that finds no call under way goes at once. The others go together when the call before them is answered, or after 5 ms, so
/// that a distant database answers several calls at a time.
/// </remarks>
/// <param name="call">Answers all questions, in their order.</param>
/// <param name="mayBeOnes">Whether a single question can have caused the failure of its call.</param>
/// <param name="apart">The time from one call to the next is this many times the duration of the last call, 5 ms at most. So a busy
/// database gets fewer, larger calls.</param>
internal sealed class Gathering<TQuestion, TAnswer>(
    Func<IReadOnlyList<TQuestion>, Task<IReadOnlyList<TAnswer>>> call, TimeProvider time, Func<Exception, bool> mayBeOnes,
    int apart = 1) : IDisposable
{
    private const int MostCalls = 8, MostQuestions = 64;
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(5);

    private readonly Lock _gate = new();
    private readonly Queue<Waiting> _waiting = new();
    private ITimer? _alarm;
    private int _calls;
    private long _lastCallAt;
    private TimeSpan _nextAfter;

    public Task<TAnswer> AskAsync(TQuestion question)
    {
        var waiting = new Waiting(question);
        lock (_gate)
            _waiting.Enqueue(waiting);
        CallIfDue();
        return waiting.Answer.Task;
    }

    public void Dispose() => _alarm?.Dispose();

    private void CallIfDue()
    {
        while (Take() is { Count: > 0 } together)
            _ = CallAsync(together);
    }

    private List<Waiting> Take()
    {
        var together = new List<Waiting>();
        lock (_gate)
        {
            if (_waiting.Count == 0 || _calls == MostCalls)
                return together;
            if ((_calls > 0 ? Moment : _nextAfter) - time.GetElapsedTime(_lastCallAt) is var left && left > TimeSpan.Zero)
            {
                _alarm ??= time.CreateTimer(_ => CallIfDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                // Timers have whole milliseconds, so round up; otherwise the timer would fire early.
                _alarm.Change(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
                return together;
            }
            while (together.Count < MostQuestions && _waiting.TryDequeue(out var next))
                together.Add(next);
            _calls++;
            _lastCallAt = time.GetTimestamp();
        }
        return together;
    }

    private async Task CallAsync(List<Waiting> together)
    {
        var began = time.GetTimestamp();
        try
        {
            await AnswerAsync(together).ConfigureAwait(false);
        }
        catch (Exception failure) when (together.Count > 1 && mayBeOnes(failure))
        {
            // One question may have caused the failure, so ask each by itself.
            await Task.WhenAll(together.Select(AskAloneAsync)).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            foreach (var one in together)
                one.Answer.TrySetException(failure);
        }
        var took = time.GetElapsedTime(began);
        lock (_gate)
        {
            _calls--;
            _nextAfter = apart * took < Moment ? apart * took : Moment;
        }
        CallIfDue();
    }

    private async Task AskAloneAsync(Waiting one)
    {
        try
        {
            await AnswerAsync([one]).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            one.Answer.TrySetException(failure);
        }
    }

    private async Task AnswerAsync(List<Waiting> together)
    {
        var answers = await call(together.ConvertAll(one => one.Question)).ConfigureAwait(false);
        for (var i = 0; i < together.Count; i++)
            together[i].Answer.TrySetResult(answers[i]);
    }

    private sealed class Waiting(TQuestion question)
    {
        public TQuestion Question => question;
        public TaskCompletionSource<TAnswer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
