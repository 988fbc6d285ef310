using System.Globalization;
using Herald.Lab.Benches.Machines;
using Herald.Lab.Benches.Reports;
using Herald.Lab.Benches.Rounds;
using Herald.Lab.Benches.Traffic;
using Herald.Lab.Processes;

namespace Herald.Lab.Benches.Footprint;

/// <summary>The cost of an idle server with many topics and subscriptions.</summary>
internal sealed class IdleBench : IBench
{
    private const int Topics = 1000, BriefTopics = 10, SubscriptionsEach = 10;
    private const int Sink = 0;
    private const double MostPercent = 0.2;

    // One statement per second, plus the maintenance of the tables from time to time.
    private const double MostStatements = 1.2;
    private static readonly TimeSpan ShortestRound = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    public string Name => "idle";
    public string Description => "CPU of an idle server with 1,000 topics and 10,000 subscriptions.";
    public string Matters => "Herald's column is important: the CPU that a server uses while it has nothing to do.";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(BenchRig rig, CancellationToken cancel)
    {
        using var herald = await MeasuredHerald.StartAsync(rig, cancel);
        var traffic = await TrafficClient.StartAsync(rig, cancel);
        var topics = rig.Options.IsBrief ? BriefTopics : Topics;
        var length = rig.Options.IsBrief || rig.Options.Round > ShortestRound ? rig.Options.Round : ShortestRound;
        rig.Progress.Show("creating topics and subscriptions");
        await PrepareAsync(herald, traffic, topics, cancel);
        rig.Note(string.Create(CultureInfo.InvariantCulture,
            $"{topics:N0} topics with {SubscriptionsEach} subscriptions each; every subscription has received one event. A round takes "
                + $"{length.TotalSeconds:0} s."));

        var database = rig.Options.Store == StoreChoice.Postgres ? await rig.DatabaseAsync() : null;
        var (rounds, statements) = (new List<double>(), new List<double>());
        if (!rig.Options.IsBrief)
            await Task.Delay(Settling, rig.Time, cancel);
        for (var round = 1; round <= rig.Options.Rounds; round++)
        {
            rig.Progress.Show($"round {round} of {rig.Options.Rounds}");
            if (database is not null)
                await database.CountFromHereAsync();
            var (began, before) = (rig.Time.GetTimestamp(), ProcessTimes.Of(herald.Process.Id).Own);
            await Task.Delay(length, rig.Time, cancel);
            rounds.Add(100 * (ProcessTimes.Of(herald.Process.Id).Own - before) / rig.Time.GetElapsedTime(began));
            if (database is not null)
                statements.Add(
                    (await database.StatementsAsync()).Sum(statement => statement.Calls) / rig.Time.GetElapsedTime(began).TotalSeconds);
        }
        var cpu = new BenchRow(
            "CPU", Unit.PercentOfCore, null, new("herald", new Series(rounds), CpuUse.Unmeasured), [new Target.AtMost(MostPercent)]);
        return statements.Count == 0 ? [cpu]
            : [cpu, new("database", Unit.StatementsPerSecond, null, new("herald", new Series(statements), CpuUse.Unmeasured), [new Target.AtMost(MostStatements)])];
    }

    /// <summary>Lets every subscription deliver once, so that everything that work leaves in memory is there.</summary>
    private static async Task PrepareAsync(MeasuredHerald herald, TrafficClient traffic, int topics, CancellationToken cancel)
    {
        var one = new Backlog(await traffic.BeginAsync(1, cancel), 1, 1);
        await MeasuredHerald.ManyAsync(topics, (topic, token) => herald.CreateTopicAsync($"t{topic}", token), cancel);
        await MeasuredHerald.ManyAsync(topics * SubscriptionsEach, (i, token) => herald.SubscribeAsync(
            $"s{i}", $"t{i % topics}", traffic.EndpointOf(Sink), token), cancel);
        await MeasuredHerald.ManyAsync(topics, (topic, token) => herald.PublishAsync($"t{topic}", one, token), cancel);
        // The same event is in every topic, so the endpoint counts all but one as repeats.
        await traffic.UntilAsync(totals => totals.Sinks[Sink].Received + totals.Sinks[Sink].Repeated >= topics * SubscriptionsEach, cancel);
    }
}
