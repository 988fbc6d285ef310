using System.Globalization;
using Herald.Lab.Benches.Rounds;

namespace Herald.Lab.Benches.Load;

/// <summary>Publishes with <see cref="Wrk"/>.</summary>
internal sealed class WrkGenerator : ILoadGenerator
{
    private const int MostThreads = 2;
    private readonly PublishShape _shape;
    private readonly int _connections;
    private readonly BenchDirectory _directory;
    private readonly int _threads;
    private int _runs;

    private WrkGenerator(PublishShape shape, int connections, BenchDirectory directory)
    {
        (_shape, _connections, _directory) = (shape, connections, directory);
        _threads = Math.Min(Math.Min(MostThreads, Environment.ProcessorCount), connections);
    }

    public string Name =>
        string.Create(CultureInfo.InvariantCulture, $"wrk with {_connections} connections, {_threads} threads and a script");

    public CpuSource Cpu { get; } = CpuSource.OfEndedChildren(Wrk.Program);

    /// <summary>It closes its connections when the time is over, so each can have one unanswered request.</summary>
    public int UnansweredAtEnd => _connections;

    /// <returns>Null when wrk is not installed.</returns>
    public static WrkGenerator? Find(PublishShape shape, int connections, BenchDirectory directory) =>
        Wrk.IsInstalled ? new(shape, connections, directory) : null;

    public async Task<LoadResult> RunAsync(Uri server, TimeSpan length, CancellationToken cancel)
    {
        var script = Path.Combine(_directory.Path.FullName, "publish.lua");
        await File.WriteAllTextAsync(script, WrkScript.Write(_shape, server, ++_runs), cancel);
        return await Wrk.RunAsync(script, server, _threads, _connections, length, cancel);
    }
}
