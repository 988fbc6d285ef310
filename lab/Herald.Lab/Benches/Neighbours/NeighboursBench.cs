using System.Globalization;
using Herald.Lab.Benches.Reports;
using Herald.Lab.Benches.Rounds;
using Herald.Lab.Benches.Traffic;

namespace Herald.Lab.Benches.Neighbours;

/// <summary>
/// What a hanging endpoint and a failing one cost a healthy endpoint of the same topic, with all settings as shipped. docs/comparison.md has
/// the same measurement of other servers.
/// </summary>
internal sealed class NeighboursBench : IBench
{
    private const string Topic = "neighbours", Healthy = "healthy", Hanging = "hanging", Failing = "failing";
    private const int HealthySink = 0, HangingSink = 1, FailingSink = 2;
    private const int Keys = 100;
    private const double CloseTimes = 1.1, CloseMs = 0.5;

    // The highest rate first, because it warms the programs up.
    private static readonly int[] Rates = [1000, 200, 50];

    // At a lower rate, the p99 of a round is one of its few slowest events, which chance decides.
    private const int LeastJudgedRate = 200;
    private static readonly TimeSpan BriefRound = TimeSpan.FromMilliseconds(250);

    public string Name => "neighbours";
    public string Description => "Latency of a healthy endpoint beside one that hangs and one that answers 500, at 50 to 1,000 events/s, and "
        + "without them.";

    public string Matters => "The two columns should be equal: then the healthy endpoint does not feel its neighbours.";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(BenchRig rig, CancellationToken cancel)
    {
        using var herald = await MeasuredHerald.StartAsync(rig, cancel);
        var traffic = await TrafficClient.StartAsync(rig, cancel);
        await herald.CreateTopicAsync(Topic, cancel);
        foreach (var (id, sink, conduct) in new[]
        {
            (Healthy, HealthySink, SinkConduct.Accept), (Hanging, HangingSink, SinkConduct.Hang), (Failing, FailingSink, SinkConduct.Refuse),
        })
        {
            await traffic.BehaveAsync(sink, conduct, cancel);
            await herald.SubscribeAsync(id, Topic, traffic.EndpointOf(sink), cancel);
        }
        rig.Note(
            $"Events have {TrafficEvent.PayloadBytes} bytes of payload and {Keys} keys, and are published by schedule, one per request. A "
                + "latency counts from the scheduled time. All three subscriptions have the settings of a new one. In the rounds of the limit "
                + "the two neighbours are paused; they keep all events, so their backlog grows from round to round.");

        var rows = new List<BenchRow>();
        foreach (var rate in Rates)
        {
            var alone = new MeasuredSide<Latencies>("alone", [herald.Cpu, traffic.Cpu], token => MeasureAsync(rate, false, token), rig);
            var beside = new MeasuredSide<Latencies>("beside", [herald.Cpu, traffic.Cpu], token => MeasureAsync(rate, true, token), rig);
            var title = string.Create(CultureInfo.InvariantCulture, $"{rate:N0}/s");
            await Alternation.RunAsync(title, rig, cancel, alone, beside);
            rows.Add(Row(title, "p99", one => one.P99, alone, beside, rate >= LeastJudgedRate ? [new Target.CloseTo(CloseTimes, CloseMs)] : []));
            rows.Add(Row(title, "p50", one => one.P50, alone, beside, []));
        }
        return [.. rows.OrderByDescending(row => row.Targets.Count)];

        async Task<Latencies> MeasureAsync(int rate, bool besideNeighbours, CancellationToken token)
        {
            foreach (var neighbour in (string[])[Hanging, Failing])
            {
                if (besideNeighbours)
                    await herald.ResumeAsync(neighbour, token);
                else
                    await herald.PauseAsync(neighbour, token);
            }
            await traffic.BeginAsync(Keys, token);
            var sent = await traffic.ArriveAsync(herald.Address, Topic, rate, rig.Options.IsBrief ? BriefRound : rig.Options.Round, token);
            return (await traffic.DrainAsync([HealthySink], sent.Accepted, token)).Latencies;
        }
    }

    private static BenchRow Row(
        string title, string name, Func<Latencies, double> figure, MeasuredSide<Latencies> alone, MeasuredSide<Latencies> beside,
        IReadOnlyList<Target> targets) =>
        new($"{title}, {name}", Unit.Milliseconds, alone.Figure(figure, withCpu: targets.Count == 0), beside.Figure(figure, withCpu: targets.Count == 0), targets);
}
