namespace Herald.Lab.Benches.Rounds;

/// <summary>One of two things that are measured in turn under the same conditions: the limit, or Herald.</summary>
internal interface IContender
{
    string Name { get; }

    /// <summary>Whose CPU counts while it is measured, the generator's included.</summary>
    IReadOnlyList<CpuSource> Processes { get; }

    /// <summary>As a round, but nothing of it counts: compilers optimise, connections open, files grow.</summary>
    Task WarmUpAsync(TimeSpan length, CancellationToken cancel);

    /// <summary>What must be there before a round, and is no part of it.</summary>
    Task PrepareAsync(TimeSpan length, CancellationToken cancel);

    /// <returns>The round's figure.</returns>
    Task<double> MeasureAsync(TimeSpan length, CancellationToken cancel);
}
