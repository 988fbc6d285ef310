using Herald.Soak.Faults;
using Herald.Soak.Figures;
using Herald.Soak.Traffic;
using Herald.Soak.Worlds;
using Herald.TestKit.Traces;

namespace Herald.Soak;

/// <summary>The state of a soak: its participants and its counts so far.</summary>
internal sealed class SoakState(
    SoakOptions options, SoakWorld world, SoakTraffic traffic, Storm storm, WaitBook waits, TraceRecorder trace, Standstill watch,
    MachineLoad machine)
{
    public SoakWorld World => world;
    public SoakTraffic Traffic => traffic;
    public Storm Storm => storm;
    public TraceRecorder Trace => trace;
    public Standstill Watch => watch;
    public int Rounds { get; set; }
    public bool IsSettling { get; set; }

    /// <summary>The time with load, in the rounds that have ended.</summary>
    public TimeSpan Loaded { get; set; }
    public TimeSpan LongestSettle { get; set; }
    public long Published => traffic.Loads.Sum(load => load.Sent);
    public long Received => traffic.Receivers.Sum(receiver => receiver.Awaited.Received);
    public long Repeats => traffic.Receivers.Sum(receiver => receiver.Awaited.Repeats);
    public long Waiting => traffic.Receivers.Sum(receiver => (long)receiver.Awaited.Count);

    public string Missing() => string.Join("; ", traffic.Receivers
        .Where(receiver => receiver.Awaited.Count > 0)
        .Select(receiver => $"{receiver.Name} waits for {receiver.Awaited.Count}: {string.Join(' ', receiver.Awaited.Some(5))}")
        .DefaultIfEmpty("a publish request has no answer"));

    public SoakReport Report(bool isBroken) => new(
        options.Seed, Math.Round(Loaded.TotalHours, 2), options.Rate, Rounds, Published, Received, Repeats, trace.Facts, isBroken ? 1 : 0,
        Math.Round(LongestSettle.TotalSeconds, 1), Math.Round(watch.Lost.TotalSeconds), machine.Average, storm.Counts, waits.Rows(),
        [.. world.LeftOut.Select(left => $"{FaultText.Of(left.Key)}: {left.Value}")]);
}
