using Herald.Simulation.Runs;

namespace Herald.Simulation.Stores;

/// <summary>
/// The connection that holds a process's lock at the store. It ends with the process, or later when the whole host has vanished. It can
/// also break while the process goes on, which learns of that at once or much later.
/// </summary>
internal sealed class SimSession(SimProcess process, SimStore store)
{
    private readonly Simulator _simulator = process.Simulator;
    private Action _lost = () => { };
    private bool _hasBegun;

    /// <summary>Whether the process believes that it holds the lock.</summary>
    public bool IsKnownHeld { get; private set; }

    /// <param name="lost">Notifies the process that the session has broken.</param>
    public void Begin(Action lost)
    {
        (_lost, _hasBegun) = (lost, true);
        Open(_simulator.Draw(0, 30));
    }

    public void Lose()
    {
        if (!store.HasSession(process.Name))
            return;
        _simulator.Reached.Count("sessions that broke");
        store.SetSession(process.Name, false);
        var heardAfter = _simulator.Draw(0.5) ? _simulator.Draw(0, 20) : _simulator.Draw(0, 8000);
        _simulator.In(heardAfter, () =>
        {
            IsKnownHeld = false;
            if (!process.IsAlive)
                return;
            _lost();
            Open(_simulator.Draw(0.7) ? _simulator.Draw(0, 100) : _simulator.Draw(0, 3000));
        });
    }

    public void End()
    {
        if (!_hasBegun)
            return;
        var outlives = _simulator.Draw(0.2);
        if (outlives)
            _simulator.Reached.Count("sessions that outlived their process");
        _simulator.In(outlives ? _simulator.Draw(100, 12_000) : _simulator.Draw(0, 5), () => store.SetSession(process.Name, false));
    }

    public async Task PassAsync(long ms)
    {
        var passed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _simulator.In(ms, () => passed.TrySetResult());
        await passed.Task;
    }

    private void Open(long afterMs) => _simulator.In(afterMs, () =>
    {
        if (!process.IsAlive)
            return;
        store.SetSession(process.Name, true);
        IsKnownHeld = true;
    });
}
