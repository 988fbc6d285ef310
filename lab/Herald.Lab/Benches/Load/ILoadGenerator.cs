using Herald.Lab.Benches.Rounds;

namespace Herald.Lab.Benches.Load;

/// <summary>
/// Sends publish requests over a number of connections. Each connection sends the next request as soon as the last one is answered.
/// </summary>
internal interface ILoadGenerator
{
    /// <summary>A form that fits into a sentence.</summary>
    string Name { get; }

    CpuSource Cpu { get; }

    /// <summary>How many requests can be on their way when a run ends: the server has taken them, but their answer was not read.</summary>
    int UnansweredAtEnd { get; }

    Task<LoadResult> RunAsync(Uri server, TimeSpan length, CancellationToken cancel);
}
