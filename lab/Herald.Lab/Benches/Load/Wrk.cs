using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Herald.Lab.Benches.Load;

/// <summary>A widely used native client with keep-alive, if it is installed: https://github.com/wg/wrk.</summary>
internal static class Wrk
{
    public const string Program = "wrk";

    /// <summary>The start of the line with the result.</summary>
    public const string ResultLine = "herald-bench ";

    /// <summary>A part of every script: it reports the result in a line of its own.</summary>
    public const string Done = $$"""
        function done(summary, latency, requests)
          local errors = summary.errors
          io.write(string.format('{{ResultLine}}{"requests":%d,"microseconds":%d,"refused":%d,"broken":%d}\n',
            summary.requests, summary.duration, errors.status, errors.connect + errors.read + errors.write + errors.timeout))
        end
        """;

    public static bool IsInstalled =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Any(folder => File.Exists(Path.Combine(folder, Program)));

    /// <param name="script">A file with the Lua script.</param>
    /// <param name="length">Rounded up to whole seconds.</param>
    public static async Task<LoadResult> RunAsync(
        string script, Uri server, int threads, int connections, TimeSpan length, CancellationToken cancel)
    {
        string[] arguments =
        [
            "--threads", Text(threads), "--connections", Text(connections), "--duration",
            $"{Text((int)Math.Ceiling(length.TotalSeconds))}s",
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

    /// <returns>Null when the output lacks the script's line.</returns>
    internal static LoadResult? Parse(string output)
    {
        var line = output.Split('\n').FirstOrDefault(line => line.StartsWith(ResultLine, StringComparison.Ordinal));
        if (line is null)
            return null;
        using var json = JsonDocument.Parse(line.AsMemory(ResultLine.Length));
        return LoadResult.Parse(json.RootElement);
    }

    /// <summary>The text as a Lua string literal.</summary>
    public static string Quote(string text) =>
        $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}'";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
