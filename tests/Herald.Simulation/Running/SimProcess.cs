namespace Herald.Simulation.Running;

/// <summary>
/// A process: all code of a node runs as continuations posted here. Killing it is dropping them; pausing it is letting them wait.
/// </summary>
internal sealed class SimProcess(Simulator simulator, string name) : SynchronizationContext
{
    private readonly List<(SendOrPostCallback Run, object? State)> _ready = [];
    private long _pausedUntilMs, _keptUntilMs;

    public string Name => name;
    public bool IsAlive { get; private set; } = true;
    public bool IsReady => _ready.Count > 0 && simulator.NowMs >= _pausedUntilMs;
    public Simulator Simulator => simulator;

    /// <summary>How far its clock is off.</summary>
    public long SkewMs { get; set; }

    /// <summary>How fast its time goes by, beside the world's. The skew is not in it: this one never jumps.</summary>
    public double Pace { get; init; } = 1;

    /// <summary>Milliseconds since some moment, by its own count.</summary>
    public long Timestamp => (long)((simulator.NowMs - Simulator.BeginsAtMs) * Pace);

    /// <summary>Until when, at least, it could not do what there was to do: it stood still, or others had the processor.</summary>
    public long LateUntilMs => Math.Max(_pausedUntilMs, _keptUntilMs);

    /// <summary>Nothing waits to be done, be it because it stands still.</summary>
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
        // Which of them is next is nobody's promise.
        var i = simulator.Random.Next(_ready.Count);
        var (run, state) = _ready[i];
        _ready.RemoveAt(i);
        Within(() => run(state));
    }

    /// <summary>Time has gone on to now although it had work.</summary>
    public void WasKept() => _keptUntilMs = simulator.NowMs;

    public void Pause(long forMs)
    {
        _pausedUntilMs = simulator.NowMs + forMs;
        simulator.In(forMs, () => { }); // so that time goes there
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

    // An exception that nobody handles ends the run: it is rethrown from the posted continuation.
    private static async void Watch(Func<Task> work) => await work();
}
