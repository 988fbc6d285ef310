using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Channels;
using Herald.Engine.Publishing;
using Herald.Simulation.Judges;
using Herald.Simulation.Runs;
using Herald.Simulation.Stores;

namespace Herald.Simulation.Worlds;

/// <summary>Another node that only accepts and edits. The owner of the shards learns of its changes late, or not at all.</summary>
internal sealed class Front
{
    private readonly StoreLink _link;

    public Front(Simulator simulator, Traces.Teller teller, bool clocksAgree, SimStore store, Judge judge, IChannel channel, NodeView view, Func<StoreWeather> weather)
    {
        var process = Process = view.Process;
        process.SkewMs = simulator.Draw(-2000, 2000);
        if (clocksAgree)
            process.SkewMs = SteadyPlan.SkewMs;
        teller.Tell(process.Name, "clock", ("ahead", Traces.Teller.Text(process.SkewMs)));
        _link = new StoreLink(view, store, judge, _ => weather()) { TellsOnce = false, HasSession = false, ReadsLag = false };
        var clock = new SimClock(process);
        Intake = new Intake(_link, new IntakeOptions { MaxPayloadBytes = 1000 }, clock);
        Cache = new CatalogCache(_link, Intake.Encoder, simulator.Draw(0.5) ? 1 : 1000, TimeSpan.Zero, clock, () => long.MaxValue);
        Catalog = new Catalog(_link, _link, Cache, new ChannelSet([channel]), clock, (_, _) => ValueTask.FromResult(false));
    }

    public SimProcess Process { get; }
    public Intake Intake { get; }
    public CatalogCache Cache { get; }
    public Catalog Catalog { get; }

    /// <summary>Reads the present catalog. Between two calls the front works with an old one.</summary>
    public void Refresh() => Process.Run(async () =>
    {
        try
        {
            await Cache.RefreshAsync(long.MaxValue);
        }
        catch (Engine.Stores.StoreUnavailableException)
        {
            // The next call tries again.
        }
    });
}
