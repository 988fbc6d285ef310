using Herald.Lab.Benches.Machines;

namespace Herald.Lab.Benches.Traffic;

/// <summary>
/// Waits of a few milliseconds, each ending within a tenth of one. Timers of the runtime end at full milliseconds, and many together: a
/// receiver that used them would answer in bursts, which no real one does.
/// </summary>
internal sealed class PreciseDelays
{
    private static readonly TimeSpan Step = TimeSpan.FromMicroseconds(50);
    private readonly TimeSpan _mostSleep;
    private readonly TimeProvider _time;
    private readonly object _lock = new();
    private readonly PriorityQueue<TaskCompletionSource, long> _waiting = new();

    /// <param name="shortest">No wait is shorter, so the thread may sleep so long at a time. Null: they may have any length.</param>
    public PreciseDelays(TimeProvider time, TimeSpan? shortest = null)
    {
        (_time, _mostSleep) = (time, shortest ?? Step);
        new Thread(Run) { IsBackground = true, Name = "delays" }.Start();
    }

    public Task WaitAsync(TimeSpan length)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var at = _time.GetTimestamp() + (long)(length.TotalSeconds * _time.TimestampFrequency);
        lock (_lock)
        {
            _waiting.Enqueue(done, at);
            Monitor.Pulse(_lock);
        }
        return done.Task;
    }

    private void Run()
    {
        var over = new List<TaskCompletionSource>();
        while (true)
        {
            var sleep = TimeSpan.Zero;
            lock (_lock)
            {
                while (_waiting.Count == 0)
                    Monitor.Wait(_lock);
                for (var now = _time.GetTimestamp(); _waiting.TryPeek(out var done, out var at); _waiting.Dequeue())
                {
                    if (at > now)
                    {
                        sleep = _time.GetElapsedTime(now, at);
                        break;
                    }
                    over.Add(done);
                }
            }
            foreach (var done in over)
                done.SetResult();
            over.Clear();
            PreciseWait.For(sleep < _mostSleep ? sleep : _mostSleep);
        }
    }
}
