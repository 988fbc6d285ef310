using System.Globalization;
using Herald.Lab.Benches.Machines;
using Herald.Lab.Benches.Reports;
using Herald.Lab.Benches.Rounds;
using Herald.Lab.Benches.Traffic;

namespace Herald.Lab.Benches.Starts;

/// <summary>
/// The time that a server with a large store needs from its start until it accepts an event and a receiver gets an event of the backlog.
/// </summary>
internal sealed class StartBench : IBench
{
    private const long Events = 10_000_000, Undelivered = 1_000_000, BriefEvents = 10_000, BriefUndelivered = 5000;
    private const double MostSeconds = 5;

    public string Name => "start";
    public string Description => "Time from the start of a server with 10 million events, 1 million of them undelivered, until "
        + "it accepts and delivers.";

    public string Matters =>
        "Herald's column is important: from the start of the process until a publish is accepted and a delivery of the backlog is "
            + "received, whichever is later.";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(BenchRig rig, CancellationToken cancel)
    {
        var (events, undelivered) = rig.Options.IsBrief ? (BriefEvents, BriefUndelivered) : (Events, Undelivered);
        DiskSpace.Require(rig.Directory.Path, events);
        var traffic = await TrafficClient.StartAsync(rig, cancel);
        using var restarts = new Restarts(rig, traffic, undelivered);
        await restarts.PrepareAsync(events, cancel);
        rig.Note(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{events:N0} events of {TrafficEvent.PayloadBytes} bytes, the last {undelivered:N0} of them undelivered: "
                    + $"{DiskSpace.Used(rig.Directory.Path) / 1e9:0.00} GB. Before each start the server was killed, or stopped, while "
                    + $"it delivered."));

        var sides = new List<MeasuredSide<StartRound>>
        {
            new("after a kill", [], token => restarts.MeasureAsync(true, false, token), rig),
            new("after a stop", [], token => restarts.MeasureAsync(false, false, token), rig),
        };
        rig.Note("The page cache is warm: data that was written recently is read from memory.");
        // Dropping the cache affects every process on the machine, so a brief run must not do it.
        if (!rig.Options.IsBrief && PageCache.CanDrop)
        {
            sides.Insert(1, new("after a kill, cold", [], token => restarts.MeasureAsync(true, true, token), rig));
            rig.Note("Cold: the page cache was dropped before the start, with Herald's own libraries in it.");
        }
        else
            rig.Note("There are no figures with a cold page cache, because it could not be dropped.");
        await Alternation.RunAsync("starting", rig, cancel, sides);
        rig.Progress.Show("delivering the rest of the backlog");
        await restarts.FinishAsync(cancel);
        return [.. sides.SelectMany(Rows).OrderByDescending(row => row.Targets.Count)];
    }

    private static IEnumerable<BenchRow> Rows(MeasuredSide<StartRound> side) =>
    [
        new("both", Unit.Seconds, null, side.Figure(round => round.Both.TotalSeconds), [new Target.AtMost(MostSeconds)]),
        new("publish", Unit.Seconds, null, side.Figure(round => round.Accepted.TotalSeconds), []),
        new("delivery", Unit.Seconds, null, side.Figure(round => round.Delivered.TotalSeconds), []),
    ];
}
