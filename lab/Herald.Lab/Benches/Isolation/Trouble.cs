using Herald.Lab.Benches.Traffic;

namespace Herald.Lab.Benches.Isolation;

/// <summary>What disturbs, and how it is switched on and off.</summary>
/// <param name="Name">For people.</param>
internal abstract record Trouble(string Name)
{
    /// <summary>Of the traffic's keys, so many get a fifth of all events.</summary>
    public virtual int HotKeys => 0;

    public abstract Task BeginAsync(IsolationRig rig, CancellationToken cancel);

    public abstract Task EndAsync(IsolationRig rig, CancellationToken cancel);

    /// <summary>None: two sides that do not differ show by how much the figures differ by themselves.</summary>
    public sealed record None() : Trouble("sham")
    {
        public override Task BeginAsync(IsolationRig rig, CancellationToken cancel) => Task.CompletedTask;

        public override Task EndAsync(IsolationRig rig, CancellationToken cancel) => Task.CompletedTask;
    }

    /// <summary>A subscription with an endpoint that is dead in one way, and many events behind it. Paused it does nothing.</summary>
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

    /// <summary>Some keys of a subscription fail, and get many events; its other keys, and other subscriptions, are healthy.</summary>
    public sealed record PoisonKeys(string Name, int Keys) : Trouble(Name)
    {
        public override int HotKeys => Keys;

        public override Task BeginAsync(IsolationRig rig, CancellationToken cancel) => rig.Traffic.BehaveAsync(0, SinkConduct.RefuseHotKeys, cancel);

        public override Task EndAsync(IsolationRig rig, CancellationToken cancel) => rig.Traffic.BehaveAsync(0, SinkConduct.Accept, cancel);
    }
}
