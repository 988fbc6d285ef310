using System.Globalization;
using Herald.Lab.Benches.Databases;
using Herald.Lab.Benches.Reports;
using Herald.Lab.Benches.Rounds;
using Herald.Lab.Benches.Traffic;
using Herald.Lab.Clusters;

namespace Herald.Lab.Benches.Latency;

/// <summary>
/// The time from the scheduled publication of an event until its receiver has it, through nodes that share a database, beside one round
/// trip of that database. It is measured once with the direct connection, and once with a delayed one.
/// </summary>
internal sealed class ClusterLatencyBench(int nodes) : IBench
{
    public const int UsualNodes = 3;
    private const string Topic = "latency", Subscription = "receiver";
    private const int Keys = 1000, Rate = 1000, BriefRate = 50, Sink = 0, LongerByMs = 20;
    private const double MostP50Ms = 3, MostP99Ms = 10, MostRoundTrips = 3;
    private static readonly TimeSpan BriefRound = TimeSpan.FromMilliseconds(250);

    public string Name => Text($"latency --store postgres --nodes {nodes}");

    public string Description =>
        Text($"Time from publish to receipt at {Rate:N0} events/s through nodes over one PostgreSQL, near and {LongerByMs} ms away.");

    public string Matters =>
        "Herald's column is important where the database is near, and the ratio where it is far: the number of round trips of an event.";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(BenchRig rig, CancellationToken cancel)
    {
        var database = await rig.DatabaseAsync();
        var traffic = await TrafficClient.StartAsync(rig, cancel);
        await using var relay = DelayRelay.To(database.Port, TimeSpan.FromMilliseconds(LongerByMs) / 2, rig.Time);
        var rate = rig.Options.IsBrief ? BriefRate : Rate;
        rig.Note(Text(
            $"{nodes} nodes; {Keys:N0} keys, published to the nodes in turn. Events have {TrafficEvent.PayloadBytes} bytes of payload,")
            + " different ids, and are published by schedule, one per request, independently of the answers (an open loop):"
            + " a latency counts from the scheduled time of the event.");
        rig.Note(Text(
            $"A round trip is a select 1 on an open connection, while no events are published. {LongerByMs} ms away, a relay delays")
            + Text($" all bytes by {LongerByMs / 2} ms each way. Percentiles are accurate to 3 %."));

        var near = await MeasureAsync(Text($"{rate:N0}/s"), "latency_near", database.Connection, [database.Cpu, traffic.Cpu]);
        var far = await MeasureAsync(
            Text($"{rate:N0}/s, {LongerByMs} ms away"), "latency_far", database.ConnectionThrough(relay.Port),
            [database.Cpu, traffic.Cpu, CpuSource.OfThisProcess("relay")]);
        return
        [
            near.Row("p50", one => one.P50, withCpu: true, new Target.AtMost(MostP50Ms)),
            near.Row("p99", one => one.P99, withCpu: false, new Target.AtMost(MostP99Ms)),
            far.Row("p50", one => one.P50, withCpu: true, new Target.RatioAtMost(MostRoundTrips)),
            far.Row("p99", one => one.P99, withCpu: false),
        ];

        async Task<Measured> MeasureAsync(string part, string schema, string connection, IReadOnlyList<CpuSource> processes)
        {
            await using var cluster = await LocalCluster.StartAsync(
                nodes, connection, rig.Time, cancel, "--set", $"postgres.schema={schema}");
            await PrepareAsync(cluster, traffic, rig, cancel);
            var addresses = cluster.Nodes.Select(node => node.Process.Address).ToList();
            var round = rig.Options.IsBrief ? BriefRound : rig.Options.Round;
            var accepted = new List<double>();
            var roundTrip = new MeasuredSide<Latencies>(
                "round trip", processes, token => RoundTripLatency.MeasureAsync(connection, round, rig.Time, token), rig);
            var herald = new MeasuredSide<Latencies>(
                "herald", [.. cluster.Nodes.Select(CpuSource.Of), .. processes], token => PublishAsync(round, token), rig);
            if (!rig.Options.IsBrief)
            {
                rig.Progress.Show($"{part}: warming up the nodes");
                await PublishAsync(Contest.LeastWarmUp, cancel);
            }
            await Alternation.RunAsync(part, rig, cancel, roundTrip, herald);
            var slowest = accepted.TakeLast(rig.Options.Rounds).Min();
            rig.Note(Text($"At {part}: {slowest:N0} events/s were accepted in the slowest round, from its beginning to its last answer."));
            return new(part, roundTrip, herald);

            async Task<Latencies> PublishAsync(TimeSpan length, CancellationToken token)
            {
                await traffic.BeginAsync(Keys, token);
                var sent = await traffic.ArriveAsync(addresses, Topic, rate, length, token);
                accepted.Add(sent.PerSecond);
                return (await traffic.DrainAsync([Sink], sent.Accepted, token)).Latencies;
            }
        }
    }

    private static async Task PrepareAsync(LocalCluster cluster, TrafficClient traffic, BenchRig rig, CancellationToken cancel)
    {
        using var herald = MeasuredHerald.Of(cluster.Nodes[0].Process, rig);
        await herald.CreateTopicAsync(Topic, cancel);
        await herald.SubscribeAsync(Subscription, Topic, traffic.EndpointOf(Sink), cancel);
        await ClusterBalance.ReachAsync(cluster, rig, cancel);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed record Measured(string Part, MeasuredSide<Latencies> RoundTrip, MeasuredSide<Latencies> Herald)
    {
        public BenchRow Row(string percentile, Func<Latencies, double> figure, bool withCpu, params IReadOnlyList<Target> targets) =>
            new($"{Part}, {percentile}", Unit.Milliseconds, RoundTrip.Figure(figure, withCpu), Herald.Figure(figure, withCpu), targets);
    }
}
