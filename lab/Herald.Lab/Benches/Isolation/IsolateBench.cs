using System.Globalization;
using Herald.Lab.Benches.Machines;
using Herald.Lab.Benches.Reports;
using Herald.Lab.Benches.Rounds;
using Herald.Lab.Benches.Traffic;

namespace Herald.Lab.Benches.Isolation;

/// <summary>
/// The effect on healthy subscriptions and keys of a dead endpoint with many events behind it, and of keys that always fail.
/// </summary>
internal sealed class IsolateBench : IBench
{
    private const int Rate = 2000, Backlog = 771_000, BriefBacklog = 1000;
    private const int FewKeys = 1000, ManyKeys = 10_000;
    private static readonly TimeSpan BriefRound = TimeSpan.FromMilliseconds(200);

    // A row reaches its target when the two sides differ by at most this, or by at most what chance alone causes between equal sides.
    private const double CloseTimes = 1.1, CloseMs = 0.2;

    // A round is counted as a stall when its p99 is this many times that of the median round.
    private const double StallTimes = 10;

    private static readonly Trouble Sham = new Trouble.None();

    private static readonly Trouble[] Dead =
    [
        new Trouble.DeadEndpoint("refusing", null),
        new Trouble.DeadEndpoint("hanging", SinkConduct.Hang),
        new Trouble.DeadEndpoint("500", SinkConduct.Refuse),
    ];

    private static readonly Trouble[] Poison = [new Trouble.PoisonKeys("1 poison", 1), new Trouble.PoisonKeys("1,000 poison", 1000)];

    public string Name => "isolate";
    public string Description => "Latency of healthy subscriptions beside a dead endpoint and beside keys that always "
        + "fail, and without either.";

    public string Matters =>
        "The ratio of each p99 is important: how much slower the healthy subscriptions are in the rounds in which others have trouble.";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(BenchRig rig, CancellationToken cancel)
    {
        using var herald = await MeasuredHerald.StartAsync(rig, cancel);
        var traffic = await TrafficClient.StartAsync(rig, cancel);
        var scene = new IsolationRig(herald, traffic, rig.Options.IsBrief);
        var backlog = new Backlog(await traffic.BeginAsync(FewKeys, cancel), rig.Options.IsBrief ? BriefBacklog : Backlog, FewKeys);
        await scene.PrepareAsync(backlog, cancel);
        Note(rig, backlog.Events);

        var published = backlog.Events;
        var compared = new List<(Trouble Trouble, MeasuredSide<IsolationRound> Calm, MeasuredSide<IsolationRound> Troubled)>();
        var (worst, disksWorst) = ((Times: 0.0, Waited: (double?)null, Usual: (double?)null), 0.0);
        await WarmUpAsync();
        foreach (var trouble in Dead.Prepend(Sham))
            await CompareAsync(trouble);
        rig.Progress.Show("delivering the backlog of the dead endpoint");
        await HealAsync(scene, backlog, cancel);
        foreach (var trouble in Poison)
            await CompareAsync(trouble);
        await herald.JudgeAsync(published, cancel);
        if (worst is { Waited: { } waited, Usual: { } usual })
            rig.Note(string.Create(
                CultureInfo.InvariantCulture,
                $"In the worst round a process on the machine waited for a processor {waited:P0} of the time, in the median round "
                    + $"{usual:P0}: other processes on the machine cause stalls."));
        var close = new Target.CloseTo(
            CloseTimes,
            Math.Max(CloseMs, Chance.Apart([.. compared.SelectMany(Undisturbed).Select(round => round.All.P99)], rig.Options.Rounds)));
        var rows = compared.SelectMany(one => Rows(one.Trouble, one.Calm, one.Troubled, one.Trouble == Sham ? null : close));
        return [.. rows.Append(new("worst round's p99", Unit.Times, Single("fsync", disksWorst), Single("herald", worst.Times), [new Target.AtMostOrLimit(StallTimes)])).OrderByDescending(row => row.Targets.Count)];

        // The percentiles of the first rounds would measure the JIT compiler.
        async Task WarmUpAsync()
        {
            rig.Progress.Show("warming up");
            var began = rig.Time.GetTimestamp();
            while (!rig.Options.IsBrief && rig.Time.GetElapsedTime(began) < Contest.LeastWarmUp)
                await MeasureAsync(Dead[0], true, cancel);
        }

        async Task CompareAsync(Trouble trouble)
        {
            CpuSource[] processes = [herald.Cpu, traffic.Cpu];
            var calm = new MeasuredSide<IsolationRound>("undisturbed", processes, token => MeasureAsync(trouble, false, token), rig);
            var troubled = new MeasuredSide<IsolationRound>("disturbed", processes, token => MeasureAsync(trouble, true, token), rig);
            var disk = new MeasuredSide<IsolationRound>("disk", [], _ => Task.FromResult(MeasureDisk(rig)), rig);
            await Alternation.RunAsync(trouble.Name, rig, cancel, calm, disk, troubled);
            foreach (var side in (MeasuredSide<IsolationRound>[])[calm, troubled])
                if (WorstTimes(side) is var times && times > worst.Times)
                    worst = (times, side.Rounds.MaxBy(round => round.All.P99)!.Waited, MedianWaited(side));
            disksWorst = Math.Max(disksWorst, WorstTimes(disk));
            compared.Add((trouble, calm, troubled));
        }

        async Task<IsolationRound> MeasureAsync(Trouble trouble, bool disturbed, CancellationToken token)
        {
            await traffic.BeginAsync(trouble.HotKeys > 0 ? ManyKeys : FewKeys, token, trouble.HotKeys);
            if (disturbed)
                await trouble.BeginAsync(scene, token);
            var (began, waited) = (rig.Time.GetTimestamp(), CpuPressure.Now());
            var sent = await traffic.ArriveAsync(
                herald.Address, IsolationRig.Topic, Rate, rig.Options.IsBrief ? BriefRound : rig.Options.Round, token);
            var drained = await traffic.DrainAsync(IsolationRig.Healthy, sent.AcceptedOthers, token, withHotKeys: false);
            var share = (CpuPressure.Now() - waited) / rig.Time.GetElapsedTime(began);
            if (disturbed)
                await trouble.EndAsync(scene, token);
            await traffic.DrainAsync(IsolationRig.Healthy, sent.Accepted, token);
            published += sent.Accepted;
            return new(drained.Latencies, drained.Sinks[0].Latencies, share);
        }
    }

    private static IsolationRound MeasureDisk(BenchRig rig)
    {
        var round = Latencies.Of(SyncLatency.Measure(rig.Directory.Path, rig.Options.IsBrief ? BriefRound : rig.Options.Round, rig.Time));
        return new(round, round, null);
    }

    private static double WorstTimes(MeasuredSide<IsolationRound> side)
    {
        var rounds = side.Figure(round => round.All.P99).Series;
        return rounds.Rounds.Max() / rounds.Median;
    }

    private static double? MedianWaited(MeasuredSide<IsolationRound> side) =>
        side.Rounds.All(round => round.Waited is not null)
            ? new Series([.. side.Rounds.Select(round => round.Waited!.Value)]).Median
            : null;

    private static BenchSide Single(string name, double figure) => new(name, new Series([figure]), CpuUse.Unmeasured);

    private static IEnumerable<IsolationRound> Undisturbed(
        (Trouble Trouble, MeasuredSide<IsolationRound> Calm, MeasuredSide<IsolationRound> Troubled) one) =>
        one.Trouble == Sham ? one.Calm.Rounds.Concat(one.Troubled.Rounds) : one.Calm.Rounds;

    /// <summary>Revives the endpoint, which must then get all events behind it, in order.</summary>
    private static async Task HealAsync(IsolationRig scene, Backlog backlog, CancellationToken cancel)
    {
        await scene.Traffic.BehaveAsync(IsolationRig.DeadSink, SinkConduct.Accept, cancel);
        await scene.Traffic.BeginAgainAsync(backlog.Run, backlog.Keys, cancel);
        await scene.PointDeadAtAsync(scene.Traffic.EndpointOf(IsolationRig.DeadSink), cancel);
        await scene.Herald.ResumeAsync(IsolationRig.Dead, cancel);
        await scene.Traffic.DrainAsync([IsolationRig.DeadSink], backlog.Events, cancel);
        await scene.Herald.DeleteAsync(IsolationRig.Dead, cancel);
    }

    private static void Note(BenchRig rig, long backlog)
    {
        rig.Note(string.Create(CultureInfo.InvariantCulture,
            $"{Rate:N0} events/s of {TrafficEvent.PayloadBytes} bytes are published by schedule (an open loop), each for two healthy "
                + $"subscriptions. The process that publishes also receives."));
        rig.Note(string.Create(CultureInfo.InvariantCulture,
            $"Dead endpoint: a third subscription of the topic with {backlog:N0} events behind it and {FewKeys:N0} keys; in undisturbed "
                + $"rounds it is paused. At the end its endpoint answers again and receives all of them."));
        rig.Note(string.Create(CultureInfo.InvariantCulture,
            $"Poison keys: some of the {ManyKeys:N0} keys, to which one of the two subscriptions always answers 500. A fifth of all "
                + $"events has these keys, in undisturbed rounds too. Latencies are of the other keys; `own` rows are of the other "
                + $"keys of that subscription."));
        rig.Note(
            "Worst round: its p99 divided by the p99 of the median round of the same side. The limit is the same figure of fsyncs, "
                + "measured between the rounds.");
        rig.Note(
            "Sham: both sides are undisturbed. A row reaches its target when its p99 is within a tenth or 0.2 ms, or when chance "
                + "explains the difference: of groups drawn from all undisturbed rounds, 99 of 100 are as close. "
                + "Percentiles are accurate to 3 %.");
    }

    private static IEnumerable<BenchRow> Rows(
        Trouble trouble, MeasuredSide<IsolationRound> calm, MeasuredSide<IsolationRound> troubled, Target? target)
    {
        Target[] targets = target is null ? [] : [target];
        yield return Row("p50", [], round => round.All.P50, withCpu: true);
        yield return Row("p99", targets, round => round.All.P99);
        if (trouble.HotKeys > 0)
            yield return Row("own p99", targets, round => round.First.P99);

        BenchRow Row(string figure, Target[] held, Func<IsolationRound, double> read, bool withCpu = false) =>
            new($"{trouble.Name} {figure}", Unit.Milliseconds, calm.Figure(read, withCpu), troubled.Figure(read, withCpu), held);
    }
}
