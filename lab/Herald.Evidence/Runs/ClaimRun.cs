using System.Diagnostics;
using System.Globalization;
using Herald.Evidence.Claims;
using Herald.Evidence.Records;

namespace Herald.Evidence.Runs;

/// <summary>Runs the command of a claim, and makes a record of its result.</summary>
internal sealed class ClaimRun(WorkingCopy copy, RecordFolder records, TimeProvider time, TextWriter progress)
{
    /// <exception cref="EvidenceException">The command cannot be run on these sources, or its output contains no result.</exception>
    public async Task<Record> RunAsync(Claim claim, CancellationToken cancel)
    {
        if (copy.ChangesIn(claim.Paths) is { Count: > 0 } changes)
            throw new EvidenceException(
                $"{claim.Name} depends on sources that are not committed. Commit them first:\n{string.Join('\n', changes)}");
        var contents = claim.Paths.ToDictionary(path => path, copy.ContentOf);
        var (commit, began) = (copy.Commit, time.GetTimestamp());
        var output = Path.Combine(Path.GetTempPath(), $"evidence-{claim.Name}-{Environment.ProcessId}");
        try
        {
            var (code, told) = await ExecuteAsync(claim, output, cancel);
            var result = ClaimResult.Of(claim, await TextOf(claim, output, told, cancel))
                ?? throw new EvidenceException(
                    $"{claim.Name}: '{claim.Typed}' ended with exit code {code} and without a result. Its record was not changed.");
            var record = new Record(
                claim.Typed, commit, time.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                Math.Round(time.GetElapsedTime(began).TotalMinutes, 1),
                ThisMachine.Look(), contents, code == 0, result);
            records.Write(claim.Name, record);
            return record;
        }
        finally
        {
            File.Delete(output);
        }
    }

    private async Task<string> TextOf(Claim claim, string output, string told, CancellationToken cancel)
    {
        if (claim.Log is not null)
            output = Path.Combine(copy.Root, claim.Log);
        else if (!claim.Command.Contains(Claim.Output))
            return told;
        return File.Exists(output) ? await File.ReadAllTextAsync(output, cancel) : "";
    }

    /// <summary>Copies the output of the command to the progress output, line by line.</summary>
    private async Task<(int Code, string Told)> ExecuteAsync(Claim claim, string output, CancellationToken cancel)
    {
        var words = claim.Command.Select(word => word == Claim.Output ? output : word).ToList();
        var start = new ProcessStartInfo("/usr/bin/env", words) { WorkingDirectory = copy.Root, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        await using var end = cancel.Register(() => process.Kill(entireProcessTree: true));
        var told = new List<string>();
        while (await process.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line)
        {
            told.Add(line);
            await progress.WriteLineAsync(line);
        }
        await process.WaitForExitAsync(CancellationToken.None);
        cancel.ThrowIfCancellationRequested();
        return (process.ExitCode, string.Join('\n', told));
    }
}
