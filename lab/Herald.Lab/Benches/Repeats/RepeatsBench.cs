using System.Globalization;
using Herald.Lab.Benches.Reports;
using Herald.Lab.Benches.Rounds;
using Herald.Lab.Benches.Traffic;
using Herald.Lab.Processes;

namespace Herald.Lab.Benches.Repeats;

/// <summary>
/// Deliveries that come twice because the server is killed after the receiver answered and before the server saved the answer. Each kill
/// happens during deliveries, and the next server delivers the rest.
/// </summary>
internal sealed class RepeatsBench : IBench
{
    private const string Topic = "repeats", Subscription = "receiver";
    private const int Keys = 1000, Rate = 400, BacklogEvents = 40_000, BriefEvents = 4000, Sink = 0;

    private const int MostAtRate = 6;

    // Notes in the journal ride on group commits. On PostgreSQL they are 100 ms apart, to spare the database, and a crash may repeat half of
    // what one engine.commitEvery delivers: it repeated all of that before there were notes.
    private const double JournalMs = 10, PostgresMs = 200, PostgresShare = 0.5;
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(500), LookEvery = TimeSpan.FromMilliseconds(50);

    public string Name => "repeats";
    public string Description => "The number of deliveries that a kill -9 repeats, at 400 events/s and while a backlog is "
        + "delivered at full speed.";
    public string Matters =>
        "The number of events that a receiver gets twice after a crash is important. No event may be lost, and no key may be out of order.";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(BenchRig rig, CancellationToken cancel)
    {
        var traffic = await TrafficClient.StartAsync(rig, cancel);
        var isJournal = rig.Options.Store == StoreChoice.Embedded;
        var limitMs = isJournal ? JournalMs : PostgresMs;
        rig.Note(string.Create(
            CultureInfo.InvariantCulture,
            $"The receiver answers at once. {Keys:N0} keys; a backlog of {BacklogOf(rig):N0} events. The limit is the number of "
                + $"deliveries in {limitMs:0} ms at the rate of the same round."));
        var herald = await StartAsync(rig, cancel);
        await herald.CreateTopicAsync(Topic, cancel);
        await herald.SubscribeAsync(Subscription, Topic, traffic.EndpointOf(Sink), cancel);
        List<Crash> arriving = [], backlogged = [];
        for (var round = 1; round <= rig.Options.Rounds; round++)
        {
            rig.Progress.Show(string.Create(CultureInfo.InvariantCulture, $"round {round} of {rig.Options.Rounds}, {Rate} events/s"));
            (herald, var crash) = await CrashArrivingAsync(herald, traffic, rig, cancel);
            arriving.Add(crash);
            rig.Progress.Show(string.Create(CultureInfo.InvariantCulture, $"round {round} of {rig.Options.Rounds}, a backlog"));
            (herald, crash) = await CrashBackloggedAsync(herald, traffic, rig, cancel);
            backlogged.Add(crash);
        }
        herald.Dispose();
        return
        [
            Row(
                string.Create(CultureInfo.InvariantCulture, $"at {Rate} events/s"), arriving, limitMs,
                isJournal ? new Target.AtMost(MostAtRate) : new Target.RatioAtMost(PostgresShare)),
            Row("at full speed", backlogged, limitMs, new Target.RatioAtMost(isJournal ? 1 : PostgresShare)),
        ];
    }

    private static int BacklogOf(BenchRig rig) => rig.Options.IsBrief ? BriefEvents : BacklogEvents;

    private static Task<MeasuredHerald> StartAsync(BenchRig rig, CancellationToken cancel) => MeasuredHerald.StartAsync(rig, cancel, Topic);

    private static async Task<(MeasuredHerald, Crash)> CrashArrivingAsync(
        MeasuredHerald herald, TrafficClient traffic, BenchRig rig, CancellationToken cancel)
    {
        await traffic.BeginAsync(Keys, cancel);
        var sending = traffic.ArriveUntilBrokenAsync(herald.Address, Topic, Rate, rig.Options.Round, cancel);
        await Task.Delay(rig.Options.Round / 2, rig.Time, cancel);
        herald = await KillAsync(herald, rig, cancel);
        var sent = await sending;
        return (herald, new(await EndAsync(traffic, sent.Accepted, rig, cancel), Rate));
    }

    private static async Task<(MeasuredHerald, Crash)> CrashBackloggedAsync(
        MeasuredHerald herald, TrafficClient traffic, BenchRig rig, CancellationToken cancel)
    {
        var events = BacklogOf(rig);
        await herald.PauseAsync(Subscription, cancel);
        var run = await traffic.BeginAsync(Keys, cancel);
        await herald.PublishAsync(Topic, new Backlog(run, events, Keys), cancel);
        await traffic.MarkAsync(cancel);
        await herald.ResumeAsync(Subscription, cancel);
        var half = (await traffic.UntilAsync(totals => totals.Sinks[Sink].Received >= events / 2, cancel)).Sinks[Sink];
        herald = await KillAsync(herald, rig, cancel);
        return (herald, new(await EndAsync(traffic, events, rig, cancel), half.Received / rig.Time.GetElapsedTime(half.FirstAt, half.LastAt).TotalSeconds));
    }

    private static async Task<MeasuredHerald> KillAsync(MeasuredHerald herald, BenchRig rig, CancellationToken cancel)
    {
        await herald.Process.KillAsync();
        herald.Dispose();
        return await StartAsync(rig, cancel);
    }

    /// <summary>
    /// Waits until every accepted event has come and no more deliveries come. An event that was accepted without an answer can come as
    /// well.
    /// </summary>
    /// <returns>The number of repeated deliveries.</returns>
    private static async Task<long> EndAsync(TrafficClient traffic, long accepted, BenchRig rig, CancellationToken cancel)
    {
        var totals = (await traffic.UntilAsync(now => now.Sinks[Sink].Received >= accepted, cancel)).Sinks[Sink];
        for (var since = rig.Time.GetTimestamp(); rig.Time.GetElapsedTime(since) < Quiet;)
        {
            await Task.Delay(LookEvery, rig.Time, cancel);
            var now = (await traffic.LookAsync(cancel)).Sinks[Sink];
            if (now.LastAt != totals.LastAt)
                (totals, since) = (now, rig.Time.GetTimestamp());
        }
        if (totals.OutOfOrder > 0)
            rig.Fail($"After a kill, {totals.OutOfOrder} events were received that were not the next one of their key.");
        return totals.Repeated;
    }

    private static BenchRow Row(string name, List<Crash> crashes, double limitMs, Target target) => new(
        name, Unit.Repeats,
        Side(
            string.Create(CultureInfo.InvariantCulture, $"delivered in {limitMs:0} ms"),
            crashes.Select(one => one.PerSecond * limitMs / 1000)),
        Side("herald", crashes.Select(one => (double)one.Repeats)), [target]);

    private static BenchSide Side(string name, IEnumerable<double> rounds) => new(name, new Series([.. rounds]), CpuUse.Unmeasured);

    private sealed record Crash(long Repeats, double PerSecond);
}
