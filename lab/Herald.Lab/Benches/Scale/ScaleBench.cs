using System.Globalization;
using System.Text.Json.Nodes;
using Herald.Lab.Benches.Reports;
using Herald.Lab.Benches.Rounds;
using Herald.Lab.Benches.Traffic;
using Herald.Lab.Clusters;

namespace Herald.Lab.Benches.Scale;

/// <summary>
/// The gain of a further node when receivers are the bottleneck: each request takes 100 ms, and the attempts in flight per node are
/// limited. It measures the rate with a backlog, and the waits with a fifth more events than one node can deliver.
/// </summary>
internal sealed class ScaleBench : IBench
{
    private const string Topic = "scale", Subscription = "receiver";
    private const int Keys = 5000, PermitsPerNode = 32, MostNodes = 3, Sink = 0;
    private const double Share = 1.2, LeastMore = 0.9;

    // A node reads ahead and has nothing to retry here, so this many deliveries per second can be answered.
    private static readonly double PerNode = PermitsPerNode / TrafficSink.SlowWork.TotalSeconds;
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    public string Name => "scale";
    public string Description => "Rate and waiting time with 1, 2 and 3 nodes over one PostgreSQL, for receivers "
        + "that need 100 ms per event.";
    public string Matters => "The rate that a further node adds is important, and the time that an event waits at a rate that "
        + "is too high for one node.";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(BenchRig rig, CancellationToken cancel)
    {
        var database = await rig.DatabaseAsync();
        var traffic = await TrafficClient.StartAsync(rig, cancel);
        await traffic.BehaveAsync(Sink, SinkConduct.Slow, cancel);
        rig.Note(string.Create(
            CultureInfo.InvariantCulture,
            $"Every node has at most {PermitsPerNode} attempts in flight: with receivers that need "
                + $"{TrafficSink.SlowWork.TotalMilliseconds:0} ms, that is {PerNode:0} per second. {Keys:N0} keys. All events are "
                + $"published to the first node."));
        var (rates, waits) = (new List<Series>(), new List<Latencies>());
        for (var nodes = 1; nodes <= MostNodes; nodes++)
        {
            rig.Progress.Show($"{nodes} nodes");
            await using var cluster = await LocalCluster.StartAsync(
                nodes, database.Connection, rig.Time, cancel, "--set", $"postgres.schema=scale_{nodes}", "--engine-max-in-flight",
                PermitsPerNode.ToString(CultureInfo.InvariantCulture));
            using var herald = MeasuredHerald.Of(cluster.Nodes[0].Process, rig);
            await herald.CreateTopicAsync(Topic, cancel);
            await herald.SubscribeAsync(
                Subscription, Topic, traffic.EndpointOf(Sink), cancel,
                ("limits", new JsonObject { ["maxInFlight"] = 1000, ["fixedInFlight"] = true }));
            await Task.Delay(Settling, rig.Time, cancel);
            rates.Add(await MeasureRateAsync(herald, traffic, nodes, rig, cancel));
            waits.Add(await MeasureWaitsAsync(herald, traffic, rig, cancel));
        }
        return
        [
            .. rates.Skip(1).Select((series, i) => new BenchRow(
                $"{i + 2} nodes", Unit.DeliveriesPerSecond, new BenchSide("1 node", rates[0], CpuUse.Unmeasured),
                new BenchSide("herald", series, CpuUse.Unmeasured),
                [new Target.RatioAtLeast(1 + (LeastMore * (i + 1)))])),
            .. waits.Select((latencies, i) => new BenchRow(
                $"{i + 1} nodes, p99 waiting", Unit.Milliseconds, null,
                new BenchSide("herald", new Series([latencies.P99]), CpuUse.Unmeasured), [])),
        ];
    }

    /// <summary>Counts the deliveries between two looks, out of a backlog that lasts longer than the measurement.</summary>
    private static async Task<Series> MeasureRateAsync(
        MeasuredHerald herald, TrafficClient traffic, int nodes, BenchRig rig, CancellationToken cancel)
    {
        var length = rig.Options.Round * rig.Options.Rounds + (2 * Settling);
        await herald.PauseAsync(Subscription, cancel);
        var backlog = new Backlog(await traffic.BeginAsync(Keys, cancel), (long)(1.3 * PerNode * nodes * length.TotalSeconds), Keys);
        await herald.PublishAsync(Topic, backlog, cancel);
        await herald.ResumeAsync(Subscription, cancel);
        await Task.Delay(Settling, rig.Time, cancel);
        var rounds = new List<double>();
        for (var round = 1; round <= rig.Options.Rounds; round++)
        {
            rig.Progress.Show($"{nodes} nodes, backlog: round {round} of {rig.Options.Rounds}");
            var (began, before) = (rig.Time.GetTimestamp(), (await traffic.LookAsync(cancel)).Sinks[Sink].Received);
            await Task.Delay(rig.Options.Round, rig.Time, cancel);
            var after = (await traffic.LookAsync(cancel)).Sinks[Sink].Received;
            rounds.Add((after - before) / rig.Time.GetElapsedTime(began).TotalSeconds);
        }
        await traffic.DrainAsync([Sink], backlog.Events, cancel);
        return new Series(rounds);
    }

    private static async Task<Latencies> MeasureWaitsAsync(
        MeasuredHerald herald, TrafficClient traffic, BenchRig rig, CancellationToken cancel)
    {
        rig.Progress.Show("waiting");
        await traffic.BeginAsync(Keys, cancel);
        var sent = await traffic.ArriveAsync(herald.Address, Topic, (int)(Share * PerNode), 2 * rig.Options.Round, cancel);
        return (await traffic.DrainAsync([Sink], sent.Accepted, cancel)).Latencies;
    }
}
