using System.Collections.Concurrent;
using Herald.Cli.Benching.Machines;

namespace Herald.Cli.Benching.Traffic;

/// <summary>
/// Waits of a few milliseconds that end at their own time. Timers of the runtime end together, at the next full millisecond: a receiver
/// that used them would answer in bursts, as none does.
/// </summary>
internal sealed class WorkCrew
{
    /// <summary>So many waits at a time; more wait for their turn.</summary>
    private const int Workers = 128;
    private readonly BlockingCollection<(TimeSpan Length, TaskCompletionSource Done)> _orders = [];

    public WorkCrew()
    {
        for (var i = 0; i < Workers; i++)
            new Thread(Work) { IsBackground = true, Name = "work" }.Start();
    }

    public Task WaitAsync(TimeSpan length)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _orders.Add((length, done));
        return done.Task;
    }

    private void Work()
    {
        foreach (var (length, done) in _orders.GetConsumingEnumerable())
        {
            PreciseWait.For(length);
            done.SetResult();
        }
    }
}
