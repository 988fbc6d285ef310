using Herald.Lab.Benches.Rounds;

namespace Herald.Lab.Benches.Load;

/// <summary>A server to which a generator sends requests.</summary>
/// <param name="batch">Events in one request.</param>
/// <param name="processes">The CPU of the server, and of the database that it uses.</param>
internal sealed class LoadContender(
    string name, Uri server, IReadOnlyList<CpuSource> processes, ILoadGenerator generator, int batch, BenchRig rig) : IContender
{
    public string Name => name;
    public IReadOnlyList<CpuSource> Processes { get; } = [.. processes, generator.Cpu];

    /// <summary>Events whose request was answered, over all runs.</summary>
    public long Answered { get; private set; }

    /// <summary>Events that the server can have taken although no answer was read.</summary>
    public long Unanswered { get; private set; }

    public Task WarmUpAsync(TimeSpan length, CancellationToken cancel) => MeasureAsync(length, cancel);

    public Task PrepareAsync(TimeSpan length, CancellationToken cancel) => Task.CompletedTask;

    public async Task<double> MeasureAsync(TimeSpan length, CancellationToken cancel)
    {
        var result = await generator.RunAsync(server, length, cancel);
        if (result.Refused > 0 || result.Broken > 0)
            rig.Fail($"{name} answered {result.Refused} of {result.Requests} requests with an error, and did not answer {result.Broken}.");
        Answered += result.Requests * batch;
        Unanswered += (long)generator.UnansweredAtEnd * batch;
        return result.RequestsPerSecond * batch;
    }
}
