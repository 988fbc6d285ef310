namespace Herald.Lab.Benches.Rounds;

/// <summary>One of the things that are measured in turn under the same conditions: a limit, or Herald.</summary>
internal interface IContender
{
    string Name { get; }

    /// <summary>The processes whose CPU is counted during the measurement, including the generator.</summary>
    IReadOnlyList<CpuSource> Processes { get; }

    /// <summary>Runs like a round that does not count: the JIT compiler optimises, connections open, files grow.</summary>
    Task WarmUpAsync(TimeSpan length, CancellationToken cancel);

    /// <summary>Prepares a round. The preparation is not measured.</summary>
    Task PrepareAsync(TimeSpan length, CancellationToken cancel);

    /// <returns>The figure of the round.</returns>
    Task<double> MeasureAsync(TimeSpan length, CancellationToken cancel);
}
