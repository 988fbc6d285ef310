using System.Globalization;
using Herald.Lab.Benches.Machines;
using Herald.Lab.Benches.Reports;
using Herald.Lab.Benches.Rounds;
using Herald.Lab.Benches.Traffic;

namespace Herald.Lab.Benches.Footprint;

/// <summary>The highest memory use of a server while a long backlog grows behind a dead endpoint.</summary>
internal sealed class MemoryBench : IBench
{
    private const string Topic = "memory", Subscription = "dead";
    private const long Events = 10_000_000, BriefEvents = 10_000;
    private const double MostMegabytes = 400, Megabyte = 1e6;

    /// <summary>The usual number of keys, and one with which far more keys can be blocked than the server keeps in memory.</summary>
    private static readonly int[] KeyCounts = [1000, 1_000_000];

    public string Name => "memory";
    public string Description => "Highest memory use, with 10 million events behind a dead endpoint.";
    public string Matters => "Herald's column is important: memory must not grow with events that cannot be delivered.";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(BenchRig rig, CancellationToken cancel)
    {
        var events = rig.Options.IsBrief ? BriefEvents : Events;
        DiskSpace.Require(rig.Directory.Path, events);
        rig.Note(string.Create(CultureInfo.InvariantCulture,
            $"{events:N0} events of {TrafficEvent.PayloadBytes} bytes are published in batches to a topic with one subscription, whose "
                + $"endpoint refuses connections. The figure of the only run is the highest value that the system has recorded (VmHWM)."));
        var rows = new List<BenchRow>();
        foreach (var keys in KeyCounts)
            rows.Add(await MeasureAsync(events, keys, rig, cancel));
        return rows;
    }

    private static async Task<BenchRow> MeasureAsync(long events, int keys, BenchRig rig, CancellationToken cancel)
    {
        var title = string.Create(CultureInfo.InvariantCulture, $"{keys:N0} keys");
        using var herald = await MeasuredHerald.StartAsync(rig, cancel, Topic);
        await herald.CreateTopicAsync(Topic, cancel);
        await herald.SubscribeAsync(Subscription, Topic, MeasuredHerald.Nobody, cancel);
        rig.Progress.Show($"{title}: publishing");
        var began = rig.Time.GetTimestamp();
        await herald.PublishAsync(Topic, new Backlog(1, events, keys), cancel);
        var took = rig.Time.GetElapsedTime(began);
        await Task.Delay(rig.Options.Round, rig.Time, cancel);
        await herald.JudgeAsync(events, cancel);
        var memory = ProcessMemory.Of(herald.Process.Id);
        await herald.Process.StopAsync();
        rig.Note(
            string.Create(
                CultureInfo.InvariantCulture,
                $"With {title}: published in {took.TotalSeconds:0} s, {memory.ResidentBytes / Megabyte:0} MB at the end, "
                    + $"{DiskSpace.Used(rig.Directory.Path) / 1e9:0.00} GB on disk."));
        rig.Directory.Sub(Topic).Delete(recursive: true);
        return new(
            $"peak, {title}", Unit.Megabytes, null, new("herald", new Series([memory.PeakBytes / Megabyte]), CpuUse.Unmeasured),
            [new Target.AtMost(MostMegabytes)]);
    }
}
