using System.Globalization;
using Herald.Lab.Benches.Parts;
using Herald.Lab.Benches.Reports;
using Herald.Lab.Benches.Rounds;
using Herald.Lab.Benches.Traffic;

namespace Herald.Lab.Benches.Flow;

/// <summary>
/// Publishing and delivering at the same time, beside Kestrel and .NET's client alone. Each publisher sends as fast as it is answered.
/// </summary>
internal sealed class FlowBench : IBench
{
    private const int Keys = 1000;
    private const double LeastRatio = 0.65;
    private static readonly int[] Publishers = [1, 64], Receivers = [1, 10];

    public string Name => "flow";
    public string Description =>
        "Publishing and delivering at the same time, from 1 and 64 publishers to 1 and 10 receivers, beside Kestrel and "
            + ".NET's HTTP client alone.";

    public string Matters =>
        "The ratio is important: the part of the rate at which HTTP can receive and send on this machine that is left "
        + "when every event is also checked, deduplicated, on disk before its answer, and delivered in order per key.";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(BenchRig rig, CancellationToken cancel)
    {
        var traffic = await TrafficClient.StartAsync(rig, cancel);
        var relay = await rig.StartPartAsync(
            PartCommand.BareRelayName, cancel, PartCommand.TargetOption, traffic.EndpointOf(0).GetLeftPart(UriPartial.Authority));
        using var herald = await MeasuredHerald.StartAsync(rig, cancel);
        rig.Note(string.Create(
            CultureInfo.InvariantCulture,
            $"Events have {TrafficEvent.PayloadBytes} bytes of payload, ids of their own and {Keys:N0} keys, one per request. Publishers "
                + $"and receivers are one process, on the same cores."));
        rig.Note(
            "A delivery is one event at one receiver. The time is from the first delivery to the last, with the events that are "
            + "still waiting when the publishers stop. The limit answers at once and keeps its events in memory.");
        rig.Note(
            "A single publisher waits for the disk with each event, but not with the limit. There the ratio compares one "
                + "fsync with one request.");
        var rows = new List<BenchRow>();
        foreach (var receivers in Receivers)
        {
            var topic = string.Create(CultureInfo.InvariantCulture, $"flow-{receivers}");
            await herald.CreateTopicAsync(topic, cancel);
            foreach (var sink in Enumerable.Range(0, receivers))
                await herald.SubscribeAsync($"{topic}-{sink}", topic, traffic.EndpointOf(sink), cancel);
            await relay.AskAsync(receivers.ToString(CultureInfo.InvariantCulture), cancel);
            foreach (var publishers in Publishers)
            {
                var title = string.Create(CultureInfo.InvariantCulture, $"{publishers} to {receivers}");
                var bare = new MeasuredSide<double>(
                    "bare", [CpuSource.Of(relay), traffic.Cpu], token => MeasureAsync(new Uri(relay.Address), token), rig);
                var through = new MeasuredSide<double>(
                    "herald", [herald.Cpu, traffic.Cpu], token => MeasureAsync(herald.Address, token), rig);
                await Alternation.RunAsync(title, rig, cancel, bare, through);
                rows.Add(new(
                    title, Unit.DeliveriesPerSecond, bare.Figure(one => one, withCpu: true), through.Figure(one => one, withCpu: true),
                    [new Target.RatioAtLeast(LeastRatio)]));

                async Task<double> MeasureAsync(Uri target, CancellationToken token)
                {
                    await traffic.BeginAsync(Keys, token);
                    var sent = await traffic.PressAsync(target, topic, publishers, rig.Options.Round, token);
                    var sinks = (await traffic.DrainAsync([.. Enumerable.Range(0, receivers)], sent.Accepted, token)).Sinks.Take(receivers)
                        .ToArray();
                    var took = rig.Time.GetElapsedTime(sinks.Min(sink => sink.FirstAt), sinks.Max(sink => sink.LastAt));
                    return sinks.Sum(sink => sink.Received) / took.TotalSeconds;
                }
            }
        }
        return rows;
    }
}
