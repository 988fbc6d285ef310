namespace Herald.Cli.Benching.Running;

/// <summary>Adds up what processes take while something is measured, and nothing of the time in between.</summary>
internal sealed class CpuMeter(IReadOnlyList<CpuSource> sources, TimeProvider time)
{
    private readonly TimeSpan[] _taken = new TimeSpan[sources.Count];
    private TimeSpan _measured;

    public async Task<T> MeasureAsync<T>(Func<Task<T>> phase)
    {
        var before = sources.Select(source => source.Read()).ToArray();
        var began = time.GetTimestamp();
        var result = await phase();
        _measured += time.GetElapsedTime(began);
        for (var i = 0; i < before.Length; i++)
            _taken[i] += sources[i].Read() - before[i];
        return result;
    }

    /// <summary>In cores: 1.0 is one core busy all the time.</summary>
    public IReadOnlyList<CpuShare> Shares() =>
        [.. sources.Select((source, i) => new CpuShare(source.Name, _measured > TimeSpan.Zero ? _taken[i] / _measured : 0))];
}
