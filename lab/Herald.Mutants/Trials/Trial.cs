using System.Globalization;
using Herald.Mutants.Builds;
using Herald.Mutants.Reports;
using Herald.Mutants.Sites;

namespace Herald.Mutants.Trials;

/// <summary>Tries a mutant: runs the suites that reach it, the fastest first, until one notices it.</summary>
/// <param name="least">A run hangs when it takes longer than this time plus four times its time without a mutant.</param>
internal sealed class Trial(TestProcess process, Coverage coverage, IReadOnlyList<Suite> suites, TimeSpan least)
{
    private const double Multiple = 4;

    // The machine is that much slower now. If it is less slow, a limit of four times the usual time was long enough.
    private const double Slower = 2;

    /// <summary>Whether there are still suites that reach the mutant and have not passed with their current content.</summary>
    public bool IsDue(Mutant mutant, Outcome? last) => last is null || (!last.IsNoticed && Due(mutant, last).Any());

    /// <param name="last">The earlier result for the mutant.</param>
    public async Task<Outcome> TryAsync(Mutant mutant, Outcome? last, CancellationToken cancel)
    {
        var passed = last?.Passed.ToDictionary() ?? [];
        var seconds = last?.Seconds ?? 0;
        foreach (var (suite, parts) in Due(mutant, last))
        {
            foreach (var (part, usual) in Runs(suite, parts))
            {
                var run = await RunTwiceAsync(suite, part, mutant, usual, cancel);
                seconds += run.Seconds;
                if (!run.HasPassed)
                    return new(
                        mutant.Key, suite.Name, run.How, run.Failed.Count > 0 ? run.Failed[0] : null, passed, Math.Round(seconds, 1));
            }
            passed[suite.Name] = suite.Content;
        }
        return new(mutant.Key, null, null, null, passed, Math.Round(seconds, 1));
    }

    private IEnumerable<(Suite Suite, IReadOnlyList<(SuitePart Part, double Seconds)> Parts)> Due(Mutant mutant, Outcome? last) =>
        coverage.For(mutant.Number, suites).Where(due => last?.Passed.GetValueOrDefault(due.Suite.Name) != due.Suite.Content);

    /// <summary>
    /// The part that is closest to the mutant usually notices it, so it runs alone. The others share a process to save the start of further
    /// ones. The worlds of the simulation do not: few worlds run before many.
    /// </summary>
    private static IEnumerable<(SuitePart Part, double Seconds)> Runs(Suite suite, IReadOnlyList<(SuitePart Part, double Seconds)> parts)
    {
        if (suite.IsRepeatable || parts.Count == 1)
            return parts;
        var others = parts.Skip(1).ToList();
        return [parts[0], (SuitePart.All([.. others.Select(part => part.Part)]), others.Sum(part => part.Seconds))];
    }

    /// <summary>
    /// Runs a part. A run that hangs is repeated if the machine is slower now, and failed tests of a suite that is not repeatable run once
    /// more, because either can happen by chance.
    /// </summary>
    /// <returns>The run that counts, with the time of all runs together.</returns>
    private async Task<TestRun> RunTwiceAsync(Suite suite, SuitePart part, Mutant mutant, double usual, CancellationToken cancel)
    {
        var run = await RunAsync(suite, part, mutant, usual, cancel);
        if (run.Code is null)
        {
            // The machine can be slower now than when the duration of this part was measured.
            var now = await process.RunAsync(suite, part, [], TimeSpan.MaxValue, cancel);
            var again = now.Seconds > Slower * usual ? await RunAsync(suite, part, mutant, now.Seconds, cancel) : run with { Seconds = 0 };
            return again with { Seconds = run.Seconds + now.Seconds + again.Seconds };
        }
        if (!run.HasPassed && !suite.IsRepeatable)
        {
            var again = await RunAsync(suite, Failed(part, run), mutant, usual, cancel);
            return again with { Seconds = run.Seconds + again.Seconds };
        }
        return run;
    }

    private Task<TestRun> RunAsync(Suite suite, SuitePart part, Mutant mutant, double usual, CancellationToken cancel)
    {
        var number = mutant.Number.ToString(CultureInfo.InvariantCulture);
        return process.RunAsync(suite, part, [new(MutantSwitch.Chosen, number)], least + TimeSpan.FromSeconds(usual * Multiple), cancel);
    }

    /// <summary>The failed tests, or the whole part when the process ended without naming any.</summary>
    private static SuitePart Failed(SuitePart part, TestRun run) => run.Failed.Count == 0
        ? part
        : part with { Arguments = [.. run.Failed.SelectMany(test => (string[])["-method", test])] };
}
