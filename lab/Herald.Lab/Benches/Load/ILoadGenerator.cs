using Herald.Lab.Benches.Rounds;

namespace Herald.Lab.Benches.Load;

/// <summary>Sends publish requests over a number of connections, each as soon as the one before is answered.</summary>
internal interface ILoadGenerator
{
    /// <summary>As part of a sentence.</summary>
    string Name { get; }

    CpuSource Cpu { get; }

    /// <summary>Requests that may be on their way when a run is over: the server has taken them, nobody has heard of it.</summary>
    int UnansweredAtEnd { get; }

    Task<LoadResult> RunAsync(Uri server, TimeSpan length, CancellationToken cancel);
}
