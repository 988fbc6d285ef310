using System.Globalization;
using System.Text.Json.Nodes;
using Herald.Lab.Benches.Reports;
using Herald.Lab.Benches.Rounds;
using Herald.Lab.Benches.Traffic;
using Herald.Lab.Clusters;

namespace Herald.Lab.Benches.Takeover;

/// <summary>
/// How long deliveries stop when a node of a cluster is killed or stopped, and when the only node is killed and started again. Another
/// endpoint hangs all the time; attempts in flight there must not delay other deliveries.
/// </summary>
internal sealed class TakeoverBench : IBench
{
    private const string Topic = "takeover", Subscription = "receiver", Troubled = "hanging";
    private const int Nodes = 3, Keys = 1000, Rate = 400, BriefRate = 50, Sink = 0, HangingSink = 1;
    private const double MostMsByKill = 1000, MostMsByStop = 100, MostMsByStart = 1000;

    public string Name => "takeover";
    public string Description => "The time without deliveries when one of three nodes is killed or stopped, and when a single node is "
        + "killed and started again.";
    public string Matters => "Herald's column is important: the longest wait of an event, from its scheduled time at a node "
        + "that keeps running until it is received.";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(BenchRig rig, CancellationToken cancel)
    {
        var database = await rig.DatabaseAsync();
        var traffic = await TrafficClient.StartAsync(rig, cancel);
        await traffic.BehaveAsync(HangingSink, SinkConduct.Hang, cancel);
        rig.Note(string.Create(
            CultureInfo.InvariantCulture,
            $"{(rig.Options.IsBrief ? BriefRate : Rate)} events/s by schedule, {Keys:N0} keys, all published to the first node. Every "
                + $"event is also for a second endpoint, which never answers."));
        LocalCluster? cluster = null;
        var undisturbed = new MeasuredSide<Latencies>("undisturbed", [], token => MeasureAsync(_ => Task.CompletedTask, token), rig);
        var killed = new MeasuredSide<Latencies>("killed", [], token => MeasureAsync(node => node.KillAsync(), token), rig);
        var stopped = new MeasuredSide<Latencies>("stopped", [], token => MeasureAsync(node => node.StopAsync(), token), rig);
        await using (cluster = await LocalCluster.StartAsync(Nodes, database.Connection, rig.Time, cancel, "--set", "postgres.schema=takeover_three"))
        {
            await SubscribeAsync(cluster, traffic, rig, cancel);
            await Alternation.RunAsync("one of three nodes", rig, cancel, undisturbed, killed, stopped);
        }
        List<(double Listening, double Delivered)> restarts;
        await using (cluster = await LocalCluster.StartAsync(1, database.Connection, rig.Time, cancel, "--set", "postgres.schema=takeover_one"))
        {
            await SubscribeAsync(cluster, traffic, rig, cancel);
            restarts = await RestartAsync(cluster, traffic, rig, cancel);
        }
        var limit = undisturbed.Figure(one => one.Longest);
        return
        [
            new("one of three killed", Unit.Milliseconds, limit, killed.Figure(one => one.Longest), [new Target.AtMost(MostMsByKill)]),
            new("one of three stopped", Unit.Milliseconds, limit, stopped.Figure(one => one.Longest), [new Target.AtMost(MostMsByStop)]),
            new("one alone, killed and started", Unit.Milliseconds,
                new BenchSide("start", new Series([.. restarts.Select(one => one.Listening)]), CpuUse.Unmeasured),
                new BenchSide("started", new Series([.. restarts.Select(one => one.Delivered)]), CpuUse.Unmeasured),
                [new Target.AtMost(MostMsByStart)]),
        ];

        async Task<Latencies> MeasureAsync(Func<ClusterNode, Task> disturb, CancellationToken token)
        {
            var last = cluster!.Nodes[^1];
            await traffic.BeginAsync(Keys, token);
            var length = rig.Options.Round * 2;
            var sending = traffic.ArriveAsync(
                cluster.Nodes[0].Process.Address, Topic, rig.Options.IsBrief ? BriefRate : Rate, length, token);
            await Task.Delay(length / 3, rig.Time, token);
            await disturb(last);
            var sent = await sending;
            var latencies = (await traffic.DrainAsync([Sink], sent.Accepted, token)).Sinks[Sink].Latencies;
            if (!last.IsRunning)
            {
                await last.StartAsync(token);
                await ClusterBalance.ReachAsync(cluster, rig, token);
            }
            return latencies;
        }
    }

    private static async Task SubscribeAsync(LocalCluster cluster, TrafficClient traffic, BenchRig rig, CancellationToken cancel)
    {
        using var herald = MeasuredHerald.Of(cluster.Nodes[0].Process, rig);
        await herald.CreateTopicAsync(Topic, cancel);
        await herald.SubscribeAsync(Subscription, Topic, traffic.EndpointOf(Sink), cancel);
        await herald.SubscribeAsync(
            Troubled, Topic, traffic.EndpointOf(HangingSink), cancel, ("limits", new JsonObject { ["timeout"] = "10s" }));
        await ClusterBalance.ReachAsync(cluster, rig, cancel);
    }

    /// <summary>
    /// Measures the time from the start of the process until it listens, and from then until the receiver has a thousand events that are
    /// published at once.
    /// </summary>
    private static async Task<List<(double Listening, double Delivered)>> RestartAsync(
        LocalCluster cluster, TrafficClient traffic, BenchRig rig, CancellationToken cancel)
    {
        var (node, took) = (cluster.Nodes[0], new List<(double, double)>());
        for (var round = 1; round <= rig.Options.Rounds; round++)
        {
            rig.Progress.Show(string.Create(CultureInfo.InvariantCulture, $"one node alone: round {round} of {rig.Options.Rounds}"));
            var run = await traffic.BeginAsync(Keys, cancel);
            await node.KillAsync();
            var began = rig.Time.GetTimestamp();
            await node.StartAsync(cancel);
            var (start, listens) = (rig.Time.GetElapsedTime(began).TotalMilliseconds, rig.Time.GetTimestamp());
            using var herald = MeasuredHerald.Of(node.Process, rig);
            await herald.PublishAsync(Topic, new Backlog(run, Keys, Keys), cancel);
            var drained = await traffic.DrainAsync([Sink], Keys, cancel);
            took.Add((start, rig.Time.GetElapsedTime(listens, drained.Sinks[Sink].LastAt).TotalMilliseconds));
            await ClusterBalance.ReachAsync(cluster, rig, cancel);
        }
        return took;
    }
}
