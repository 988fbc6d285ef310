using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Herald.Cli.Benching.Running;

namespace Herald.Cli.Benching.Loading;

/// <summary>The generator that others use as well, where it is installed: https://github.com/wg/wrk.</summary>
internal sealed class WrkGenerator : ILoadGenerator
{
    private const string Program = "wrk";
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

    public string Name => string.Create(CultureInfo.InvariantCulture, $"wrk with {_connections} connections, {_threads} threads and a script");

    public CpuSource Cpu { get; } = CpuSource.OfEndedChildren(Program);

    /// <summary>It closes its connections when the time is over.</summary>
    public int UnansweredAtEnd => _connections;

    /// <returns>Null where there is no wrk.</returns>
    public static WrkGenerator? Find(PublishShape shape, int connections, BenchDirectory directory) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Any(folder => File.Exists(Path.Combine(folder, Program))) ? new(shape, connections, directory) : null;

    public async Task<LoadResult> RunAsync(Uri server, TimeSpan length, CancellationToken cancel)
    {
        var script = Path.Combine(_directory.Path.FullName, "publish.lua");
        await File.WriteAllTextAsync(script, WrkScript.Write(_shape, server, ++_runs), cancel);
        string[] arguments =
        [
            "--threads", Text(_threads), "--connections", Text(_connections), "--duration", $"{Text((int)Math.Ceiling(length.TotalSeconds))}s",
            "--script", script, server.ToString(),
        ];
        using var wrk = Process.Start(new ProcessStartInfo(Program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        try
        {
            var error = wrk.StandardError.ReadToEndAsync(cancel);
            var output = await wrk.StandardOutput.ReadToEndAsync(cancel);
            await wrk.WaitForExitAsync(cancel);
            return Parse(output) ?? throw new BenchException($"wrk ended with {wrk.ExitCode} and no result: {output}{await error}");
        }
        finally
        {
            if (!wrk.HasExited)
                wrk.Kill();
        }
    }

    /// <returns>Null when the script's line is not there.</returns>
    internal static LoadResult? Parse(string output)
    {
        var line = output.Split('\n').FirstOrDefault(line => line.StartsWith(WrkScript.ResultLine, StringComparison.Ordinal));
        if (line is null)
            return null;
        using var json = JsonDocument.Parse(line.AsMemory(WrkScript.ResultLine.Length));
        return LoadResult.Parse(json.RootElement);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
