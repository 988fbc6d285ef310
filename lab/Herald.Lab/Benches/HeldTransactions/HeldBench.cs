using Herald.Client;
using Herald.Lab.Benches.Delivery;
using Herald.Lab.Benches.Reports;
using Herald.Lab.Benches.Rounds;
using Herald.Lab.Processes;

namespace Herald.Lab.Benches.HeldTransactions;

/// <summary>
/// The cost of a transaction that another client leaves open. Meanwhile PostgreSQL cannot remove row versions that were updated or deleted
/// since, so repeated updates of the same rows must read through their old versions.
/// </summary>
internal sealed class HeldBench : IBench
{
    private const int MaxInFlight = 256;
    private const double LeastRatio = 0.9;
    private static readonly TimeSpan ShortestRound = TimeSpan.FromSeconds(60);

    public string Name => "held";
    public string Description => "Events published and delivered over PostgreSQL while another client holds a transaction open, beside "
        + "the same without it. Takes minutes.";
    public string Matters => "The ratio is important: a snapshot that another client holds must not make Herald slower.";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(BenchRig rig, CancellationToken cancel)
    {
        if (rig.Options.Store != StoreChoice.Postgres)
            throw new BenchException("The bench held measures PostgreSQL, so add --store postgres.");
        var database = await rig.DatabaseAsync();
        var server = await rig.StartServerAsync(cancel);
        using var client = new HeraldClient(server.Address, null);
        var receiver = await ReceiverPart.StartAsync(1, rig, cancel);
        var deliveries = new DeliveryContender(await rig.CpuOfAsync(server), client, receiver, 1, paused: false, rig);
        await deliveries.SubscribeAsync(MaxInFlight, cancel);
        var least = rig.Options.IsBrief ? rig.Options.Round : ShortestRound;
        rig.Note(
            $"A round publishes and delivers for about {Math.Max(least.TotalSeconds, rig.Options.Round.TotalSeconds):0} s; the "
                + "transaction is open during the whole round, at isolation level repeatable read.");
        var sides = await Contest.RunAsync(
            new HeldContender("none held", deliveries, null, least), new HeldContender("one held", deliveries, database, least), rig,
            cancel);
        await deliveries.JudgeAsync(cancel);
        return [new("deliveries/s", Unit.DeliveriesPerSecond, sides.Limit, sides.Herald, [new Target.RatioAtLeast(LeastRatio)])];
    }
}
