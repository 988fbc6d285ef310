using System.Globalization;
using Herald.Lab.Benches.Rounds;

namespace Herald.Lab.Benches.Load;

/// <summary>Sends requests with <see cref="Wrk"/>.</summary>
internal sealed class WrkGenerator : ILoadGenerator
{
    private const int MostThreads = 2;
    private readonly Func<Uri, int, string> _script;
    private readonly int _connections;
    private readonly BenchDirectory _directory;
    private readonly int _threads;
    private int _runs;

    /// <param name="script">Writes the Lua script for a server and the number of a run.</param>
    public WrkGenerator(Func<Uri, int, string> script, int connections, BenchDirectory directory)
    {
        (_script, _connections, _directory) = (script, connections, directory);
        _threads = Math.Min(Math.Min(MostThreads, Environment.ProcessorCount), connections);
    }

    public string Name =>
        string.Create(CultureInfo.InvariantCulture, $"wrk with {_connections} connections, {_threads} threads and a script");

    public CpuSource Cpu { get; } = CpuSource.OfEndedChildren(Wrk.Program);

    /// <summary>It closes its connections when the time is over, so each can have one unanswered request.</summary>
    public int UnansweredAtEnd => _connections;

    /// <returns>Null when wrk is not installed.</returns>
    public static WrkGenerator? Find(PublishShape shape, int connections, BenchDirectory directory) =>
        Wrk.IsInstalled ? new((server, run) => WrkScript.Write(shape, server, run), connections, directory) : null;

    public async Task<LoadResult> RunAsync(Uri server, TimeSpan length, CancellationToken cancel)
    {
        var script = Path.Combine(_directory.Path.FullName, "publish.lua");
        await File.WriteAllTextAsync(script, _script(server, ++_runs), cancel);
        return await Wrk.RunAsync(script, server, _threads, _connections, length, cancel);
    }
}
