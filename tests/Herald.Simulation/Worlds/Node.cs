using Herald.Engine;
using Herald.Engine.Applications;
using Herald.Engine.Basics;
using Herald.Engine.Stores;
using Herald.Simulation.Judges;
using Herald.Simulation.Receivers;
using Herald.Simulation.Runs;
using Herald.Simulation.Stores;
using Herald.Simulation.Traces;
using Microsoft.Extensions.Logging.Abstractions;

namespace Herald.Simulation.Worlds;

/// <summary>A node through its lives: started, killed, stopped, paused, started again.</summary>
internal sealed class Node(
    Simulator simulator, int slot, SimStore store, Judge judge, Teller teller, EngineOptions options, IReadOnlyDictionary<string, SimReceiver> receivers, IReadOnlyList<IApplication> applications,
    Func<StoreWeather> weather)
{
    private int _lives;
    private StoreLink? _link;
    private long _killAtStep = long.MaxValue;
    private long _cutOffUntilMs, _unrenewedUntilMs;

    /// <summary>The present life. Null while the node is down.</summary>
    public NodeView? Now { get; private set; }

    /// <summary>The node's way to the positions of sources, for code that works beside the engine.</summary>
    public ISourcePositions Positions => _link!;

    /// <summary>The engine, while it accepts calls.</summary>
    public HeraldEngine? Engine => _isUp ? Now?.Engine : null;
    private bool _isUp;

    /// <summary>A node that has ended is started again after about this time.</summary>
    public required int RestartsAfterMs { get; init; }

    /// <summary>Whether the node can be started without the channel for some of the endpoints.</summary>
    public required Func<bool> MayLackChannel { get; init; }

    /// <summary>Its processes hold locks at the store for as long as they live.</summary>
    public required bool HasSessions { get; init; }

    public required bool ClocksAgree { get; init; }

    /// <summary>Its readings of logs can be some moments old.</summary>
    public required bool ReadsLag { get; init; }

    /// <summary>The store announces each catalog version to it once.</summary>
    public required bool TellsOnce { get; init; }

    private StoreWeather WeatherOf(string what) =>
        simulator.NowMs < _cutOffUntilMs || (what == StoreLink.Renewal && simulator.NowMs < _unrenewedUntilMs) ? StoreWeather.Down : weather();

    public void Start()
    {
        // Clocks run at different speeds, within what a store allows for.
        var process = simulator.StartProcess($"node {slot}.{++_lives}", 0.98 + (0.04 * simulator.Random.NextDouble()));
        process.SkewMs = simulator.Draw(-2000, 2000);
        if (ClocksAgree)
            process.SkewMs = SteadyPlan.SkewMs;
        simulator.Trace($"{process.Name} starts");
        teller.Tell(process.Name, "starting");
        TellClock(process);
        var view = new NodeView(process);
        var link = new StoreLink(view, store, judge, WeatherOf) { TellsOnce = TellsOnce, HasSession = HasSessions, ReadsLag = ReadsLag };
        view.LacksChannel = MayLackChannel() && simulator.Draw(0.4);
        if (view.LacksChannel)
            simulator.Reached.Count("lives without a channel for some of the endpoints");
        var channel = view.LacksChannel ? new SimChannel(process, view, receivers, judge, teller, SimChannel.Near)
            : new SimChannel(process, view, receivers, judge, teller, SimChannel.Near, SimChannel.Far);
#pragma warning disable CA5394 // No secret hangs on it.
        var parts = new EngineParts(link, link, link, link, link, link, link, [channel], new SimClock(process), new Random(simulator.Random.Next()), NullLoggerFactory.Instance) { Applications = applications };
#pragma warning restore CA5394
        var engine = new HeraldEngine(parts, options);
        (_link, Now, _isUp, view.Engine, _killAtStep) = (link, view, false, engine, long.MaxValue);
        process.Run(async () =>
        {
            try
            {
                await engine.StartAsync(CancellationToken.None);
                _isUp = Now == view;
                teller.Tell(process.Name, "started", ("lacks", view.LacksChannel ? "yes" : null));
                await engine.Failed;
            }
            catch (Exception failure) when (IsStores(failure))
            {
                if (view == Now && _isUp && store.LeasesLast is not null)
                    throw new Violation($"17: {process.Name} ends by {failure.Message}: it can wait for the store, and lose shards");
                simulator.Reached.Count("lives ended by the store");
                End(view);
            }
        });
    }

    /// <summary>
    /// Called when the world is over. A process lists its meters until they are disposed of, and with them everything they measure.
    /// </summary>
    public void LetGo() => Now?.Engine?.Metrics.Dispose();

    public void Hint() => _link?.Hint();

    public void HintOfCatalog() => _link?.HintOfCatalog();

    public void HintOfShards() => _link?.HintOfShards();

    public void LoseSession()
    {
        // Others take its shards when they find the lock free, and the node can learn of that late.
        TellHindered(SessionHeardOfMs);
        _link?.LoseSession();
    }

    private const long SessionHeardOfMs = 11_000;

    private void TellClock(SimProcess process) => teller.Tell(process.Name, "clock", ("ahead", Teller.Text(process.SkewMs)));

    private void TellHindered(long forMs)
    {
        if (Now is { } life)
            teller.Tell(life.Process.Name, "hindered", ("for", Teller.Text(forMs)));
    }

    /// <summary>Breaks this node's way to the store for a while, or only the way of its renewals.</summary>
    public void CutOff()
    {
        simulator.Reached.Count("nodes cut off from the store");
        _unrenewedUntilMs = simulator.NowMs + simulator.Draw(100, 6000);
        if (simulator.Draw(0.4))
            _cutOffUntilMs = _unrenewedUntilMs;
        TellHindered(_unrenewedUntilMs - simulator.NowMs + (2 * StoreLink.SlowestMs));
    }

    /// <summary>The store lets this life own the shard, and the life works on it.</summary>
    public bool Serves(int shard) => Now is { } life && _isUp && judge.OwnerOf(shard) == life.Process.Name && life.Holds(shard)
        && life.Engine!.Hosts.Any(host => host.Shard.Value == shard && host.Ready.IsCompleted);

    /// <summary>Kills the node in the middle of something, some steps from now.</summary>
    public void KillSoon() => _killAtStep = simulator.Steps + simulator.Draw(0, 400);

    public void AfterStep(Action<NodeView> beforeDeath)
    {
        if (simulator.Steps < _killAtStep || Now is not { } dying)
            return;
        beforeDeath(dying);
        simulator.Reached.Count(dying.InFlight.Count > 0 ? "crashes with attempts in flight" : "crashes");
        End(dying);
    }

    public void StandStill()
    {
        if (Now is null)
            return;
        simulator.Reached.Count("pauses of a node");
        var forMs = simulator.Draw(50, store.LeasesLast is { } lease ? 4 * (int)lease.TotalMilliseconds : 4000);
        TellHindered(forMs);
        Now.Process.Pause(forMs);
    }

    public void JumpClock()
    {
        if (Now is null)
            return;
        // By some seconds, or by hours.
        var hours = simulator.Draw(0.5) ? simulator.Draw(1, 30) * 3_600_000 : 0;
        simulator.Reached.Count(hours > 0 ? "clocks set by hours" : "jumps of a clock");
        Now.Process.SkewMs += simulator.Draw(0.5) ? hours + simulator.Draw(0, 3000) : -hours - simulator.Draw(0, 3000);
        TellClock(Now.Process);
    }

    public void StopCleanly()
    {
        if (Engine is not { } engine || Now is not { } stopping)
            return;
        _isUp = false;
        simulator.Trace($"{stopping.Process.Name} is stopped");
        teller.Tell(stopping.Process.Name, "stopping");
        stopping.Process.Run(async () =>
        {
            await engine.DisposeAsync();
            if (Now != stopping)
                return;
            var clean = engine.Hosts.All(host => host.Ended.IsCompletedSuccessfully && !host.HasUnsaved);
            simulator.Reached.Count(clean ? "clean stops" : "stops that were cut short");
            await LeaveAsync();
            End(stopping, "stopped");
        });
    }

    private async Task LeaveAsync()
    {
        try
        {
            await _link!.LeaveAsync();
        }
        catch (StoreUnavailableException)
        {
            // The others find out.
        }
    }

    private static bool IsStores(Exception failure) =>
        failure is StoreUnavailableException or StaleOwnerException || (failure.InnerException is { } inner && IsStores(inner));

    private void End(NodeView life, string how = "killed")
    {
        if (Now != life)
            return;
        simulator.Trace($"{life.Process.Name} ends");
        teller.Tell(life.Process.Name, how);
        life.Process.Kill();
        _link?.End();
        life.Engine!.Metrics.Dispose();
        (Now, _isUp, _link, _killAtStep) = (null, false, null, long.MaxValue);
        simulator.In(simulator.Draw(0, 2 * RestartsAfterMs), Start);
    }
}
