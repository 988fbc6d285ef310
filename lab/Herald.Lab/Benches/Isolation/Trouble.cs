using Herald.Lab.Benches.Traffic;

namespace Herald.Lab.Benches.Isolation;

/// <summary>A disturbance, and how it is switched on and off.</summary>
/// <param name="Name">The name that people read.</param>
internal abstract record Trouble(string Name)
{
    /// <summary>How many of the traffic's keys are hot. Hot keys together get a fifth of all events.</summary>
    public virtual int HotKeys => 0;

    public abstract Task BeginAsync(IsolationRig rig, CancellationToken cancel);

    public abstract Task EndAsync(IsolationRig rig, CancellationToken cancel);

    /// <summary>No disturbance. Two equal sides show how much the figures differ by chance.</summary>
    public sealed record None() : Trouble("sham")
    {
        public override Task BeginAsync(IsolationRig rig, CancellationToken cancel) => Task.CompletedTask;

        public override Task EndAsync(IsolationRig rig, CancellationToken cancel) => Task.CompletedTask;
    }

    /// <summary>A subscription whose endpoint is dead in one way, with many events behind it. While it is paused it does nothing.</summary>
    public sealed record DeadEndpoint(string Name, SinkConduct? Conduct) : Trouble(Name)
    {
        public override async Task BeginAsync(IsolationRig rig, CancellationToken cancel)
        {
            if (Conduct is { } conduct)
                await rig.Traffic.BehaveAsync(IsolationRig.DeadSink, conduct, cancel);
            await rig.PointDeadAtAsync(Conduct is null ? MeasuredHerald.Nobody : rig.Traffic.EndpointOf(IsolationRig.DeadSink), cancel);
            await rig.Herald.ResumeAsync(IsolationRig.Dead, cancel);
        }

        public override Task EndAsync(IsolationRig rig, CancellationToken cancel) => rig.Herald.PauseAsync(IsolationRig.Dead, cancel);
    }

    /// <summary>Some keys of a subscription fail, and get many events. Its other keys, and other subscriptions, are healthy.</summary>
    public sealed record PoisonKeys(string Name, int Keys) : Trouble(Name)
    {
        public override int HotKeys => Keys;

        public override Task BeginAsync(IsolationRig rig, CancellationToken cancel) =>
            rig.Traffic.BehaveAsync(0, SinkConduct.RefuseHotKeys, cancel);

        public override Task EndAsync(IsolationRig rig, CancellationToken cancel) => rig.Traffic.BehaveAsync(0, SinkConduct.Accept, cancel);
    }
}
