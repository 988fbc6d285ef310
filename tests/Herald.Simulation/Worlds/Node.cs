using Herald.Engine;
using Herald.Engine.Stores;
using Herald.Simulation.Judging;
using Herald.Simulation.Receiving;
using Herald.Simulation.Running;
using Herald.Simulation.Storing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Herald.Simulation.Worlds;

/// <summary>A node through its lives: started, killed, stopped, standing still, started again.</summary>
internal sealed class Node(
    Simulator simulator, SimStore store, Judge judge, EngineOptions options, IReadOnlyDictionary<string, SimReceiver> receivers, Func<StoreWeather> weather)
{
    private int _lives;
    private StoreLink? _link;
    private long _killAtStep = long.MaxValue;

    /// <summary>The life it has; null while it is down.</summary>
    public NodeView? Now { get; private set; }

    /// <summary>The engine takes calls.</summary>
    public HeraldEngine? Engine => _isUp ? Now?.Engine : null;
    private bool _isUp;

    /// <summary>It is meant to stand: what ends is started again.</summary>
    public long RestartsAfterMs { get; set; } = 100;

    public void Start() => Start(null);

    public void Hint() => _link?.Hint();

    /// <summary>Dies in the middle of something, some steps from now.</summary>
    public void KillSoon() => _killAtStep = simulator.Steps + simulator.Draw(0, 400);

    public void AfterStep(Action<NodeView> beforeDeath)
    {
        if (simulator.Steps < _killAtStep || Now is not { } dying)
            return;
        beforeDeath(dying);
        simulator.Reached.Count(dying.InFlight.Count > 0 ? "crashes with attempts in flight" : "crashes");
        End(dying, null);
    }

    public void StandStill()
    {
        if (Now is null)
            return;
        simulator.Reached.Count("pauses of a node");
        Now.Process.Pause(simulator.Draw(50, 4000));
    }

    public void JumpClock()
    {
        if (Now is null)
            return;
        simulator.Reached.Count("jumps of a clock");
        Now.Process.SkewMs += simulator.Draw(-3000, 3000);
    }

    public void StopCleanly()
    {
        if (Engine is not { } engine || Now is not { } stopping)
            return;
        _isUp = false;
        simulator.Trace($"{stopping.Process.Name} is stopped");
        stopping.Process.Run(async () =>
        {
            await engine.DisposeAsync();
            if (Now != stopping)
                return;
            var clean = engine.Hosts.All(host => host.Ended.IsCompletedSuccessfully && !host.HasUnsaved);
            simulator.Reached.Count(clean ? "clean stops" : "stops that were cut short");
            End(stopping, clean ? stopping.Heard : null);
        });
    }

    private void Start(HashSet<(SubscriptionModel, int, long)>? settledBefore)
    {
        var process = simulator.StartProcess($"node {++_lives}");
        process.SkewMs = simulator.Draw(-2000, 2000);
        simulator.Trace($"{process.Name} starts");
        var link = new StoreLink(process, store, weather);
        var view = new NodeView(process) { SettledBefore = settledBefore };
        var channel = new SimChannel(process, view, receivers, judge);
#pragma warning disable CA5394 // No secret hangs on it.
        var parts = new EngineParts(link, link, link, link, link, link, [channel], new SimClock(process), new Random(simulator.Random.Next()), NullLoggerFactory.Instance);
#pragma warning restore CA5394
        var engine = new HeraldEngine(parts, options);
        (_link, Now, _isUp, view.Engine, _killAtStep) = (link, view, false, engine, long.MaxValue);
        process.Run(async () =>
        {
            try
            {
                await engine.StartAsync(CancellationToken.None);
                _isUp = Now == view;
                await engine.Failed;
            }
            catch (Exception failure) when (IsStores(failure))
            {
                simulator.Reached.Count("lives ended by the store");
                End(view, null);
            }
        });
    }

    private static bool IsStores(Exception failure) =>
        failure is StoreUnavailableException or StaleOwnerException || (failure.InnerException is { } inner && IsStores(inner));

    private void End(NodeView life, HashSet<(SubscriptionModel, int, long)>? settled)
    {
        if (Now != life)
            return;
        simulator.Trace($"{life.Process.Name} ends");
        life.Process.Kill();
        life.Engine!.Metrics.Dispose();
        (Now, _isUp, _link, _killAtStep) = (null, false, null, long.MaxValue);
        simulator.In(simulator.Draw(0, 2 * (int)RestartsAfterMs), () => Start(settled));
    }
}
