using System.Globalization;
using System.Text.Json.Nodes;
using Herald.Lab.Benches.Reports;
using Herald.Lab.Benches.Rounds;
using Herald.Lab.Benches.Traffic;

namespace Herald.Lab.Benches.Subscriptions;

/// <summary>
/// The cost of many subscriptions that do not match an event: the rate of publishing with 10, with 1,000 and with 100,000.
/// </summary>
internal sealed class SubscriptionsBench : IBench
{
    private const string Topic = "subscriptions";
    private const int Connections = 64;
    private const int Sink = 0;
    private const double LeastRatio = 0.9;
    private static readonly TimeSpan BriefRound = TimeSpan.FromMilliseconds(300);
    private static readonly int[] Counts = [10, 1000, 100_000];
    private static readonly int[] BriefCounts = [10, 100, 1000];

    public string Name => "subscriptions";
    public string Description =>
        "Events accepted with 10, 1,000 and 100,000 subscriptions by exact match, of which each event matches one.";

    public string Matters =>
        "The ratio is important: an event for one of many subscriptions must not cost more than an event for one of ten.";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(BenchRig rig, CancellationToken cancel)
    {
        var traffic = await TrafficClient.StartAsync(rig, cancel);
        var counts = rig.Options.IsBrief ? BriefCounts : Counts;
        rig.Note(string.Create(CultureInfo.InvariantCulture,
            $"{Connections} connections publish events of {TrafficEvent.PayloadBytes} bytes, one per request, each as soon as the one "
                + $"before is answered. There are {counts[^1]:N0} keys, so every subscription gets events. All events are delivered at "
                + $"the same time, to the process that publishes."));
        rig.Note("Each number of subscriptions has a server of its own; the other servers are idle.");
        List<MeasuredHerald> heralds = [];
        try
        {
            var sides = new List<MeasuredSide<PressRound>>();
            foreach (var count in counts)
            {
                rig.Progress.Show(string.Create(CultureInfo.InvariantCulture, $"creating {count:N0} subscriptions"));
                var herald = await MeasuredHerald.StartAsync(rig, cancel, string.Create(CultureInfo.InvariantCulture, $"herald-{count}"));
                heralds.Add(herald);
                await SubscribeAsync(herald, traffic.EndpointOf(Sink), count, rig, cancel);
                sides.Add(new(Title(count), [herald.Cpu, traffic.Cpu], token => MeasureAsync(herald, count, token), rig));
            }
            await Alternation.RunAsync("publishing", rig, cancel, sides);
            return [.. Rows(sides, "accepted", round => round.AcceptedPerSecond, true), .. Rows(sides, "delivered", round => round.DeliveredPerSecond, false)];
        }
        finally
        {
            foreach (var herald in heralds)
                herald.Dispose();
        }

        async Task<PressRound> MeasureAsync(MeasuredHerald herald, int types, CancellationToken token)
        {
            await traffic.BeginAsync(counts[^1], token, types: types);
            var sent = await traffic.PressAsync(
                herald.Address, Topic, Connections, rig.Options.IsBrief ? BriefRound : rig.Options.Round, token);
            var received = (await traffic.DrainAsync([Sink], sent.Accepted, token)).Sinks[Sink];
            return new(sent.PerSecond, received.Received / rig.Time.GetElapsedTime(received.FirstAt, received.LastAt).TotalSeconds);
        }
    }

    private static async Task SubscribeAsync(MeasuredHerald herald, Uri endpoint, int count, BenchRig rig, CancellationToken cancel)
    {
        await herald.CreateTopicAsync(Topic, cancel);
        var began = rig.Time.GetTimestamp();
        await MeasuredHerald.ManyAsync(count, (i, token) => herald.SubscribeAsync(
            $"s{i}", Topic, endpoint, token, ("filter", new JsonObject { ["type"] = new JsonArray(TrafficEvent.TypeName(i)) })), cancel);
        rig.Note(string.Create(CultureInfo.InvariantCulture,
            $"{count:N0} subscriptions were created in {rig.Time.GetElapsedTime(began).TotalSeconds:0.0} s."));
    }

    /// <summary>The most subscriptions come first. Each is shown beside the fewest.</summary>
    private static IEnumerable<BenchRow> Rows(
        List<MeasuredSide<PressRound>> sides, string what, Func<PressRound, double> figure, bool isMain) =>
        sides.Skip(1).Reverse().Select(side => new BenchRow(
            what, Unit.EventsPerSecond, sides[0].Figure(figure, isMain), side.Figure(figure, isMain),
            isMain ? [new Target.RatioAtLeast(LeastRatio)] : []));

    private static string Title(int count) => string.Create(CultureInfo.InvariantCulture, $"with {count:N0}");
}
