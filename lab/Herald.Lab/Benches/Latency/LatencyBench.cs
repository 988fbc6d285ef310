using System.Globalization;
using Herald.Lab.Benches.Machines;
using Herald.Lab.Benches.Reports;
using Herald.Lab.Benches.Rounds;
using Herald.Lab.Benches.Traffic;

namespace Herald.Lab.Benches.Latency;

/// <summary>
/// The time from the scheduled publication of an event until its receiver has it, at different rates, beside the same requests sent
/// directly to the receiver.
/// </summary>
internal sealed class LatencyBench : IBench
{
    private const string Topic = "latency", Subscription = "receiver";
    private const int Keys = 1000;
    private const int Sink = 0;
    private const double MostP95Ms = 1, MostP99Ms = 5;
    private static readonly TimeSpan BriefRound = TimeSpan.FromMilliseconds(250);
    private static readonly int[] Rates = [50, 200, 1000, 5000];

    public string Name => "latency";
    public string Description => "Time from publish to receipt at 50 to 5,000 events/s by schedule, beside the same requests "
        + "directly to the receiver.";

    public string Matters =>
        "Herald's column is important: the time of an event that is checked, deduplicated and on disk before it is delivered. The limit "
            + "is the part of HTTP and of this generator.";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(BenchRig rig, CancellationToken cancel)
    {
        using var herald = await MeasuredHerald.StartAsync(rig, cancel);
        var traffic = await TrafficClient.StartAsync(rig, cancel);
        await herald.CreateTopicAsync(Topic, cancel);
        await herald.SubscribeAsync(Subscription, Topic, traffic.EndpointOf(Sink), cancel);
        rig.Note(
            $"Events have {TrafficEvent.PayloadBytes} bytes of payload, ids of their own and {Keys:N0} keys, and are published by "
                + "schedule, one per request, independently of the answers (an open loop): a latency counts from the scheduled time of "
                + "the event, not from when it could be sent.");
        rig.Note("Publisher and receiver are one process, and have one clock. Percentiles are accurate to 3 %.");
        rig.Note("The best published figures of this kind of server: p95 124 ms at 50/s and 127 ms at 200/s.");

        var rows = new List<BenchRow>();
        var published = 0L;
        foreach (var rate in Rates)
        {
            var straight = new MeasuredSide<Latencies>(
                "straight", [traffic.Cpu], token => MeasureAsync(rate, traffic.EndpointOf(Sink), null, token), rig);
            var through = new MeasuredSide<Latencies>(
                "herald", [herald.Cpu, traffic.Cpu], token => MeasureAsync(rate, herald.Address, Topic, token), rig);
            var disk = new MeasuredSide<Latencies>(
                "disk", [], _ => Task.FromResult(Latencies.Of(SyncLatency.Measure(rig.Directory.Path, BriefRound, rig.Time))), rig);
            await Alternation.RunAsync(Title(rate), rig, cancel, straight, disk, through);
            rows.AddRange(Rows(rate, straight, through));
            rig.Note(
                $"At {Title(rate)}, in the same rounds, one fsync of this disk took p50 {Median(disk, one => one.P50)}, p95 "
                    + $"{Median(disk, one => one.P95)}, p99 {Median(disk, one => one.P99)} ms.");
        }
        await herald.JudgeAsync(published, cancel);
        return [.. rows.OrderByDescending(row => row.Targets.Count)];

        async Task<Latencies> MeasureAsync(int rate, Uri target, string? topic, CancellationToken token)
        {
            await traffic.BeginAsync(Keys, token);
            var sent = await traffic.ArriveAsync(target, topic, rate, rig.Options.IsBrief ? BriefRound : rig.Options.Round, token);
            published += topic is null ? 0 : sent.Accepted;
            return (await traffic.DrainAsync([Sink], sent.Accepted, token)).Latencies;
        }
    }

    private static string Median(MeasuredSide<Latencies> side, Func<Latencies, double> figure) =>
        side.Figure(figure).Series.Median.ToString("0.00", CultureInfo.InvariantCulture);

    private static string Title(int rate) => string.Create(CultureInfo.InvariantCulture, $"{rate:N0}/s");

    private static IEnumerable<BenchRow> Rows(int rate, MeasuredSide<Latencies> straight, MeasuredSide<Latencies> through) =>
    [
        new(
            $"{Title(rate)}, p50", Unit.Milliseconds, straight.Figure(one => one.P50, withCpu: true),
            through.Figure(one => one.P50, withCpu: true), []),
        new(
            $"{Title(rate)}, p95", Unit.Milliseconds, straight.Figure(one => one.P95), through.Figure(one => one.P95),
            rate == 1000 ? [new Target.AtMost(MostP95Ms)] : []),
        new(
            $"{Title(rate)}, p99", Unit.Milliseconds, straight.Figure(one => one.P99), through.Figure(one => one.P99),
            rate == 5000 ? [new Target.AtMost(MostP99Ms)] : []),
    ];
}
