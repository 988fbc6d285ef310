namespace Herald.Simulation.Runs;

/// <summary>
/// One thread, one clock, one source of chance. The next step is either a continuation of a process or an event of the world whose time has
/// come; chance decides. The same seed gives the same history.
/// </summary>
internal sealed class Simulator(int seed, Action<string>? trace)
{
    private readonly PriorityQueue<Action, (long At, long Order)> _events = new();
    private readonly List<SimProcess> _processes = [];
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private long _order;

#pragma warning disable CA5394 // No secret hangs on it: a seed must give the same history again.
    public Random Random { get; } = new(seed);
#pragma warning restore CA5394

    public int Seed => seed;
    public Reached Reached { get; } = new();
    public const long BeginsAtMs = 2_000_000_000_000;
    public long NowMs { get; private set; } = BeginsAtMs;
    public long Steps { get; private set; }

    /// <summary>Set to end the run with the next step, by code whose caller would swallow an exception.</summary>
    public Violation? Broken { get; set; }

    /// <summary>Called between any two steps.</summary>
    public Action? AfterStep { get; set; }

    public bool Draw(double probability) => Random.NextDouble() < probability;

    /// <summary>From <paramref name="least"/> to <paramref name="most"/>, both included.</summary>
    public int Draw(int least, int most) => Random.Next(least, most + 1);

    public T Draw<T>(IReadOnlyList<T> among) => among[Random.Next(among.Count)];

    public void In(long delayMs, Action happens) => _events.Enqueue(happens, (NowMs + delayMs, _order++));

    public SimProcess StartProcess(string name, double pace = 1)
    {
        var process = new SimProcess(this, name) { Pace = pace };
        _processes.Add(process);
        return process;
    }

    public bool IsAlive(string process) => _processes.Exists(one => one.IsAlive && one.Name == process);

    /// <summary>Runs the next step.</summary>
    /// <returns>False when nothing can happen any more.</returns>
    public bool Step()
    {
        Steps++;
        _processes.RemoveAll(process => !process.IsAlive);
        var ready = _processes.Where(process => process.IsReady).ToList();
        // Now and then time passes although there is work, as with a processor that is busy elsewhere.
        if (ready.Count > 0 && !(_events.Count > 0 && Draw(0.02)))
        {
            Draw(ready).RunOne();
        }
        else
        {
            if (!_events.TryDequeue(out var happens, out var when))
                return false;
            NowMs = Math.Max(NowMs, when.At);
            foreach (var process in ready)
                process.WasKept();
            happens();
        }
        if (Broken is not null)
            throw Broken;
        AfterStep?.Invoke();
        return true;
    }

    public void Trace(string what) => trace?.Invoke($"{NowMs % 100_000_000,10} {Steps,8}  {what}");

    public bool Traces => trace is not null;

    /// <summary>Everything must run on the simulation's thread. Otherwise the machine would decide the order, and not the seed.</summary>
    public void CheckThread()
    {
        if (Environment.CurrentManagedThreadId != _thread)
            throw new Violation($"something ran outside the simulation's thread: {Environment.StackTrace}");
    }
}
