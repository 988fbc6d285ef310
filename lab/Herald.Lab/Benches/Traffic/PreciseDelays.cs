using Herald.Lab.Benches.Machines;

namespace Herald.Lab.Benches.Traffic;

/// <summary>
/// Waits of a few milliseconds that end within a tenth of a millisecond. Timers of the runtime end at full milliseconds, many at once. A
/// receiver that used them would answer in bursts, as no real receiver does.
/// </summary>
internal sealed class PreciseDelays
{
    private static readonly TimeSpan Step = TimeSpan.FromMicroseconds(50);
    private readonly TimeSpan _mostSleep;
    private readonly TimeProvider _time;
    private readonly object _lock = new();
    private readonly PriorityQueue<TaskCompletionSource, long> _waiting = new();

    /// <param name="shortest">
    /// The shortest wait, which is also how long the thread can sleep at a time. Null when waits can have any length.
    /// </param>
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
