namespace Herald.StoreBench.Figures;

/// <summary>What one round has measured.</summary>
/// <param name="P50">The time of an append that half of all appends took at most.</param>
/// <param name="Io">While the writers ran.</param>
/// <param name="OnDisk">
/// Bytes that the disk was given, also by other programs, until the store was closed and all of its files were synced. Null when the system
/// does not count them.
/// </param>
/// <param name="IoClosed">Until the store was closed: with what it had put off.</param>
/// <param name="Cpu">CPU time of the whole process, with the generator's, while the writers ran.</param>
/// <param name="Syncs">How many groups the store made durable.</param>
internal sealed record RoundFigures(
    long Events, TimeSpan Length, TimeSpan P50, TimeSpan P99, ProcessIo Io, ProcessIo IoClosed, TimeSpan Cpu, long Syncs, long? OnDisk)
{
    public double EventsPerSecond => Events / Length.TotalSeconds;
    public double WrittenPerEvent => Io.Written / (double)Events;
    public double OnDiskPerEvent => OnDisk is { } bytes ? bytes / (double)Events : double.NaN;
    public double WrittenPerEventClosed => IoClosed.Written / (double)Events;
    public double GivenPerEvent => Io.Given / (double)Events;
    public double CpuPer100000 => Cpu.TotalSeconds / Events * 100_000;
    public double EventsPerSync => Events / (double)Math.Max(1, Syncs);
}
