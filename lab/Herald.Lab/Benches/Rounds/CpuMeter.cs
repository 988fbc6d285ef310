namespace Herald.Lab.Benches.Rounds;

/// <summary>Adds up the CPU time of processes during measurements, without the time in between.</summary>
/// <param name="machine">Returns the CPU time of all processes of the machine.</param>
internal sealed class CpuMeter(IReadOnlyList<CpuSource> sources, Func<TimeSpan> machine, TimeProvider time)
{
    private readonly TimeSpan[] _taken = new TimeSpan[sources.Count];
    private TimeSpan _takenByAll;
    private TimeSpan _measured;

    public async Task<T> MeasureAsync<T>(Func<Task<T>> phase)
    {
        var (before, allBefore) = (sources.Select(source => source.Read()).ToArray(), machine());
        var began = time.GetTimestamp();
        var result = await phase();
        _measured += time.GetElapsedTime(began);
        _takenByAll += machine() - allBefore;
        for (var i = 0; i < before.Length; i++)
            _taken[i] += sources[i].Read() - before[i];
        return result;
    }

    public CpuUse Use()
    {
        if (_measured == TimeSpan.Zero)
            return CpuUse.Unmeasured;
        var shares = sources.Select((source, i) => new CpuShare(source.Name, _taken[i] / _measured)).ToList();
        return new(shares, Math.Max(0, _takenByAll / _measured - shares.Sum(share => share.Cores)));
    }
}
