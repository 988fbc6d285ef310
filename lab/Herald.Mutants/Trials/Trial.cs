using System.Globalization;
using Herald.Mutants.Builds;
using Herald.Mutants.Reports;
using Herald.Mutants.Sites;

namespace Herald.Mutants.Trials;

/// <summary>Tries a mutant: runs the suites that reach it, the cheapest first, until one notices.</summary>
/// <param name="least">A run hangs when it takes four times as long as without a mutant, and this.</param>
internal sealed class Trial(TestProcess process, Coverage coverage, IReadOnlyList<Suite> suites, TimeSpan least)
{
    private const double Multiple = 4;

    /// <summary>Whether there is anything left to find out: suites that reach it and have not passed as they are now.</summary>
    public bool IsDue(Mutant mutant, Outcome? last) => last is null || (!last.IsNoticed && Due(mutant, last).Any());

    /// <param name="last">What is known of it.</param>
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
                    return new(mutant.Key, suite.Name, run.How, run.Failed.Count > 0 ? run.Failed[0] : null, passed, Math.Round(seconds, 1));
            }
            passed[suite.Name] = suite.Content;
        }
        return new(mutant.Key, null, null, null, passed, Math.Round(seconds, 1));
    }

    private IEnumerable<(Suite Suite, IReadOnlyList<(SuitePart Part, double Seconds)> Parts)> Due(Mutant mutant, Outcome? last) =>
        coverage.For(mutant.Number, suites).Where(due => last?.Passed.GetValueOrDefault(due.Suite.Name) != due.Suite.Content);

    /// <summary>
    /// What is nearest to the mutant mostly notices it, and is run alone; all else shares a process, which is worth its start. Worlds do not: the
    /// few come before the many.
    /// </summary>
    private static IEnumerable<(SuitePart Part, double Seconds)> Runs(Suite suite, IReadOnlyList<(SuitePart Part, double Seconds)> parts)
    {
        if (suite.IsRepeatable || parts.Count == 1)
            return parts;
        var others = parts.Skip(1).ToList();
        return [parts[0], (SuitePart.All([.. others.Select(part => part.Part)]), others.Sum(part => part.Seconds))];
    }

    /// <summary>Runs a part, and what has failed or hangs once more where that may be by chance, or by others who work on this machine.</summary>
    /// <returns>The run that counts, and how long all have taken.</returns>
    private async Task<TestRun> RunTwiceAsync(Suite suite, SuitePart part, Mutant mutant, double usual, CancellationToken cancel)
    {
        var run = await RunAsync(suite, part, mutant, usual, cancel);
        if (run.Code is null)
        {
            // The machine may be slower by now than when it was found out how long this takes.
            var now = await process.RunAsync(suite, part, [], TimeSpan.MaxValue, cancel);
            var again = now.Seconds > usual ? await RunAsync(suite, part, mutant, now.Seconds, cancel) : run with { Seconds = 0 };
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

    /// <summary>The tests that have failed, or all when the process ended without a word.</summary>
    private static SuitePart Failed(SuitePart part, TestRun run) => run.Failed.Count == 0
        ? part
        : part with { Arguments = [.. run.Failed.SelectMany(test => (string[])["-method", test])] };
}
