using System.Globalization;
using Herald.Lab.Benches.Databases;
using Herald.Lab.Benches.Machines;
using Herald.Lab.Benches.Reports;
using Herald.Lab.Benches.Rounds;
using Herald.Lab.Benches.Traffic;
using Herald.Lab.Clusters;

namespace Herald.Lab.Benches.Scale;

/// <summary>
/// The cost of further nodes that bring no further hardware: three nodes on the cores of one. Events are published at all nodes in turn, as
/// fast as they are answered, so most are delivered by another node than the one that accepted them.
/// </summary>
internal sealed class NodesBench : IBench
{
    private const string Topic = "nodes", Subscription = "receiver";
    private const int Nodes = 3, Keys = 1000, Publishers = 64, Sink = 0;
    private const double LeastRatio = 0.8;
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(3), ShortestRest = TimeSpan.FromSeconds(10);

    public string Name => "nodes";
    public string Description => "The rate of three nodes on the cores of one, and the cost of one more node without load.";
    public string Matters => "The ratio is important: the part of one node's rate that is left when three nodes share its "
        + "cores and its database.";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(BenchRig rig, CancellationToken cancel)
    {
        var database = await rig.DatabaseAsync();
        var traffic = await TrafficClient.StartAsync(rig, cancel);
        rig.Note(string.Create(
            CultureInfo.InvariantCulture,
            $"{Publishers} publishers, {Keys:N0} keys, one event per request, one receiver. Publishers, receiver, nodes and PostgreSQL "
                + $"share the cores. A rate is measured from the first delivery to the last."));
        rig.Note("At rest: the CPU that one of the three nodes uses, and the statements that it runs.");
        await using var three = await StartAsync(Nodes, database, traffic, rig, cancel);
        var together = Side($"{Nodes} nodes", three);
        MeasuredSide<double> alone;
        await using (var one = await StartAsync(1, database, traffic, rig, cancel))
        {
            alone = Side("1 node", one);
            foreach (var cluster in (LocalCluster[])[one, three])
                await WarmUpAsync(cluster, traffic, rig, cancel);
            await Alternation.RunAsync("publishing and delivering", rig, cancel, alone, together);
        }
        var rest = await RestAsync(three, database, rig, cancel);
        return
        [
            new("published and delivered", Unit.DeliveriesPerSecond, alone.Figure(rate => rate, withCpu: true), together.Figure(rate => rate, withCpu: true),
                [new Target.RatioAtLeast(LeastRatio)]),
            new("a node at rest", Unit.PercentOfCore, null, rest.Cpu, []),
            new("a node at rest, database", Unit.StatementsPerSecond, null, rest.Statements, []),
        ];

        MeasuredSide<double> Side(string name, LocalCluster cluster) => new(
            name, [.. cluster.Nodes.Select(CpuSource.Of), database.Cpu, traffic.Cpu], token => MeasureAsync(cluster, traffic, rig, token),
            rig);
    }

    private static async Task<LocalCluster> StartAsync(
        int nodes, BenchDatabase database, TrafficClient traffic, BenchRig rig, CancellationToken cancel)
    {
        var cluster = await LocalCluster.StartAsync(
            nodes, database.Connection, rig.Time, cancel, "--set",
            string.Create(CultureInfo.InvariantCulture, $"postgres.schema=nodes_{nodes}"));
        using var herald = MeasuredHerald.Of(cluster.Nodes[0].Process, rig);
        await herald.CreateTopicAsync(Topic, cancel);
        await herald.SubscribeAsync(Subscription, Topic, traffic.EndpointOf(Sink), cancel);
        if (!rig.Options.IsBrief)
            await Task.Delay(Settling, rig.Time, cancel);
        return cluster;
    }

    /// <summary>
    /// Warms up until the JIT compiler of each node has seen as much as that of a single node, because each of three nodes gets a third of
    /// the events.
    /// </summary>
    private static async Task WarmUpAsync(LocalCluster cluster, TrafficClient traffic, BenchRig rig, CancellationToken cancel)
    {
        if (rig.Options.IsBrief)
            return;
        rig.Progress.Show(string.Create(CultureInfo.InvariantCulture, $"warming up a cluster of {cluster.Nodes.Count}"));
        await PublishAsync(cluster, traffic, Contest.LeastWarmUp * cluster.Nodes.Count, cancel);
    }

    private static async Task<double> MeasureAsync(LocalCluster cluster, TrafficClient traffic, BenchRig rig, CancellationToken cancel)
    {
        var sink = await PublishAsync(cluster, traffic, rig.Options.Round, cancel);
        return sink.Received / rig.Time.GetElapsedTime(sink.FirstAt, sink.LastAt).TotalSeconds;
    }

    private static async Task<SinkTotals> PublishAsync(
        LocalCluster cluster, TrafficClient traffic, TimeSpan length, CancellationToken cancel)
    {
        await traffic.BeginAsync(Keys, cancel);
        var sent = await traffic.PressAsync([.. cluster.Nodes.Select(node => node.Process.Address)], Topic, Publishers, length, cancel);
        return (await traffic.DrainAsync([Sink], sent.Accepted, cancel)).Sinks[Sink];
    }

    private static async Task<(BenchSide Cpu, BenchSide Statements)> RestAsync(
        LocalCluster cluster, BenchDatabase database, BenchRig rig, CancellationToken cancel)
    {
        var length = rig.Options.IsBrief || rig.Options.Round > ShortestRest ? rig.Options.Round : ShortestRest;
        var (percents, statements) = (new List<double>(), new List<double>());
        for (var round = 1; round <= rig.Options.Rounds; round++)
        {
            rig.Progress.Show(string.Create(CultureInfo.InvariantCulture, $"at rest: round {round} of {rig.Options.Rounds}"));
            await database.CountFromHereAsync();
            var (began, before) = (rig.Time.GetTimestamp(), CpuOf(cluster));
            await Task.Delay(length, rig.Time, cancel);
            var took = rig.Time.GetElapsedTime(began);
            percents.Add(100 * (CpuOf(cluster) - before) / took / cluster.Nodes.Count);
            statements.Add((await database.StatementsAsync()).Sum(statement => statement.Calls) / took.TotalSeconds / cluster.Nodes.Count);
        }
        return (new("herald", new Series(percents), CpuUse.Unmeasured), new("herald", new Series(statements), CpuUse.Unmeasured));
    }

    private static TimeSpan CpuOf(LocalCluster cluster) =>
        cluster.Nodes.Aggregate(TimeSpan.Zero, (sum, node) => sum + ProcessTimes.Of(node.Process.Id).Own);
}
