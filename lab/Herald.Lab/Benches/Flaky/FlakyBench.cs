using System.Globalization;
using Herald.Lab.Benches.Reports;
using Herald.Lab.Benches.Rounds;
using Herald.Lab.Benches.Traffic;

namespace Herald.Lab.Benches.Flaky;

/// <summary>
/// How long events wait for a receiver that fails one request in ten: the event whose attempt failed, and the events of its key behind it.
/// </summary>
internal sealed class FlakyBench : IBench
{
    private const string Topic = "flaky", Subscription = "receiver";
    private const int Keys = 100, Rate = 200, Sink = 0;
    private const double MostP95 = 150, MostP99 = 600;

    public string Name => "flaky";
    public string Description => "Time from publish to receipt when the receiver answers 500 to one request in ten, beside the "
        + "shortest possible time.";
    public string Matters => "Herald's column is important: how long an event waits after a random failure of its own "
        + "attempt or of an earlier attempt of its key.";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(BenchRig rig, CancellationToken cancel)
    {
        using var herald = await MeasuredHerald.StartAsync(rig, cancel);
        var traffic = await TrafficClient.StartAsync(rig, cancel);
        await herald.CreateTopicAsync(Topic, cancel);
        await herald.SubscribeAsync(Subscription, Topic, traffic.EndpointOf(Sink), cancel);
        await traffic.BehaveAsync(Sink, SinkConduct.Flaky, cancel);
        rig.Note(string.Create(CultureInfo.InvariantCulture, $"{Rate} events/s by schedule, {Keys} keys, the default retry policy."));
        rig.Note(
            "The limit is computed: evenly spaced events of one key, attempts that take no time, and the waits of the default "
                + "policy after each failure.");
        var least = LeastWaits.Of(TimeSpan.FromSeconds((double)Keys / Rate));
        var through = new MeasuredSide<Latencies>("herald", [herald.Cpu, traffic.Cpu], MeasureAsync, rig);
        await Alternation.RunAsync("delivering", rig, cancel, through);
        return
        [
            Row("p95", one => one.P95, [new Target.AtMost(MostP95)]), Row("p99", one => one.P99, [new Target.AtMost(MostP99)]),
            Row("p50", one => one.P50, []),
        ];

        async Task<Latencies> MeasureAsync(CancellationToken token)
        {
            await traffic.BeginAsync(Keys, token);
            var sent = await traffic.ArriveAsync(herald.Address, Topic, Rate, rig.Options.Round, token);
            return (await traffic.DrainAsync([Sink], sent.Accepted, token)).Latencies;
        }

        BenchRow Row(string name, Func<Latencies, double> figure, IReadOnlyList<Target> targets) => new(
            name, Unit.Milliseconds, figure(least) > 0 ? new BenchSide("least", new Series([figure(least)]), CpuUse.Unmeasured) : null,
            through.Figure(figure, withCpu: targets.Count > 0), targets);
    }
}
