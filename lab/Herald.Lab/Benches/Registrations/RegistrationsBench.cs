using System.Globalization;
using Herald.Lab.Benches.Machines;
using Herald.Lab.Benches.Reports;
using Herald.Lab.Benches.Rounds;
using Herald.Lab.Benches.Traffic;

namespace Herald.Lab.Benches.Registrations;

/// <summary>
/// How long 1,000 customers that register late wait for their earlier events. These are scattered among 10 million, and must be found
/// without reading the log once per customer.
/// </summary>
internal sealed class RegistrationsBench : IBench
{
    private const double MostSeconds = 10;
    private const int Sink = 0;
    private static readonly RegistrationsSize Whole = new(100_000, 100, 1000), Brief = new(100, 5, 10);

    public string Name => "registrations";
    public string Description => "Time until 1,000 customers that register after 10 million events of 100,000 customers have all of "
        + "their 100 events, in order.";

    public string Matters =>
        "Herald's column is important: from the first registration until the last past event is received. The limit is the same "
            + "deliveries of new events, published while all customers are registered.";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(BenchRig rig, CancellationToken cancel)
    {
        var size = rig.Options.IsBrief ? Brief : Whole;
        DiskSpace.Require(rig.Directory.Path, size.Events);
        var traffic = await TrafficClient.StartAsync(rig, cancel);
        using var herald = await MeasuredHerald.StartAsync(rig, cancel);
        var round = new RegistrationsRound(rig, herald, traffic, size, Sink);
        await round.PrepareAsync(cancel);
        rig.Note(string.Create(CultureInfo.InvariantCulture,
            $"{size.Events:N0} events of {TrafficEvent.PayloadBytes} bytes, {size.EventsEach} for each of {size.Customers:N0} customers, "
                + $"in turn. Each customer has a key. In each round {size.Webhooks:N0} other customers register, by exact match, from "
                + $"earliest, 64 requests at a time."));
        rig.Note(
            "The receiver checks that it gets the events of each customer from the first one on and in order. The page cache is warm.");
        var limit = new MeasuredSide<TimeSpan>("at the head", [herald.Cpu, traffic.Cpu], round.AtTheHeadAsync, rig);
        var late = new MeasuredSide<TimeSpan>("registered late", [herald.Cpu, traffic.Cpu], round.LateAsync, rig);
        await Alternation.RunAsync("registering", rig, cancel, limit, late);
        return [new("until all have all", Unit.Seconds, limit.Figure(took => took.TotalSeconds), late.Figure(took => took.TotalSeconds), [new Target.AtMost(MostSeconds)])];
    }
}
