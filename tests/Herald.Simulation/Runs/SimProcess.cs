namespace Herald.Simulation.Runs;

/// <summary>
/// A process. All code of a node runs as continuations posted here. A kill drops them; a pause lets them wait.
/// </summary>
internal sealed class SimProcess(Simulator simulator, string name) : SynchronizationContext
{
    private readonly List<(SendOrPostCallback Run, object? State)> _ready = [];
    private long _pausedUntilMs, _keptUntilMs;

    public string Name => name;
    public bool IsAlive { get; private set; } = true;
    public bool IsReady => _ready.Count > 0 && simulator.NowMs >= _pausedUntilMs;
    public Simulator Simulator => simulator;

    /// <summary>How far its wall clock is ahead of the world's. Negative when it is behind.</summary>
    public long SkewMs { get; set; }

    /// <summary>How fast its time passes, relative to the world's. It never jumps, and the skew is not part of it.</summary>
    public double Pace { get; init; } = 1;

    /// <summary>Milliseconds since the world began, by the process's own pace.</summary>
    public long Timestamp => (long)((simulator.NowMs - Simulator.BeginsAtMs) * Pace);

    /// <summary>
    /// Until at least this moment the process could not do its work: it was paused, or other processes had the processor.
    /// </summary>
    public long LateUntilMs => Math.Max(_pausedUntilMs, _keptUntilMs);

    /// <summary>Nothing waits to run. A paused process can have waiting work.</summary>
    public bool IsIdle => _ready.Count == 0;

    public override SynchronizationContext CreateCopy() => this;

    public override void Post(SendOrPostCallback d, object? state)
    {
        simulator.CheckThread();
        if (IsAlive)
            _ready.Add((d, state));
    }

    public override void Send(SendOrPostCallback d, object? state) => throw new Violation("nothing may block on a process");

    public void Run(Func<Task> work) => Post(_ => Watch(work), null);

    public void RunOne()
    {
        // Nothing promises an order of continuations.
        var i = simulator.Random.Next(_ready.Count);
        var (run, state) = _ready[i];
        _ready.RemoveAt(i);
        Within(() => run(state));
    }

    /// <summary>Time has passed although the process had work.</summary>
    public void WasKept() => _keptUntilMs = simulator.NowMs;

    public void Pause(long forMs)
    {
        _pausedUntilMs = simulator.NowMs + forMs;
        simulator.In(forMs, () => { }); // an event at its end, so that time passes to there
    }

    public void Kill()
    {
        IsAlive = false;
        _ready.Clear();
    }

    private void Within(Action run)
    {
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            run();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    // An unhandled exception ends the run: it is rethrown from the posted continuation.
    private static async void Watch(Func<Task> work) => await work();
}
