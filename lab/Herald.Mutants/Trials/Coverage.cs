using System.Globalization;
using Herald.Mutants.Builds;
using Herald.Mutants.Reports;

namespace Herald.Mutants.Trials;

/// <summary>
/// Finds which parts of which suites reach which mutants, by running each part once. The results are kept, and are valid until the suite
/// changes.
/// </summary>
internal sealed class Coverage(TestProcess process, JsonLines<Reach> kept, TextWriter progress)
{
    // The limit for a part whose duration is still unknown.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    private readonly Dictionary<(string Suite, string Part), (HashSet<int> Reached, double Seconds)> _known = [];

    /// <summary>Parts that fail without a mutant.</summary>
    public List<string> Unfit { get; } = [];

    public async Task FindAsync(IReadOnlyList<Suite> suites, string file, CancellationToken cancel)
    {
        foreach (var suite in suites)
        {
            foreach (var part in suite.Parts)
            {
                var reach = kept.Last(reach => (reach.Suite, reach.Part, reach.Content) == (suite.Name, part.Name, suite.Content))
                    ?? await RunAsync(suite, part, file, cancel);
                if (reach.Judges)
                    _known[(suite.Name, part.Name)] = ([.. reach.Reached], reach.Seconds);
                else
                    Unfit.Add($"{suite.Name}: {part.Name}");
            }
        }
    }

    /// <summary>
    /// The suites to run for a mutant, the fastest first, each with the parts that reach the mutant. Parts that reach few other mutants
    /// come first.
    /// </summary>
    public IReadOnlyList<(Suite Suite, IReadOnlyList<(SuitePart Part, double Seconds)> Parts)> For(
        int mutant, IReadOnlyList<Suite> suites) =>
        [.. suites.Select(suite => (suite, Parts: Reaching(mutant, suite))).Where(suite => suite.Parts.Count > 0)
            .OrderBy(suite => suite.Parts.Sum(part => part.Seconds))];

    private IReadOnlyList<(SuitePart Part, double Seconds)> Reaching(int mutant, Suite suite) =>
        [.. suite.Parts.Select(part => (part, Known: _known.GetValueOrDefault((suite.Name, part.Name))))
            .Where(one => one.Known.Reached?.Contains(mutant) == true)
            .OrderBy(one => one.Known.Reached.Count)
            .Select(one => (one.part, one.Known.Seconds))];

    private async Task<Reach> RunAsync(Suite suite, SuitePart part, string file, CancellationToken cancel)
    {
        File.Delete(file);
        var run = await process.RunAsync(suite, part, [new(MutantSwitch.Reached, file)], Longest, cancel);
        // Run it once more, as for mutants, because a test that fails at random must not be used to notice them.
        if (!run.HasPassed)
            run = await process.RunAsync(suite, part, [new(MutantSwitch.Reached, file)], Longest, cancel);
        var numbers = File.Exists(file) ? File.ReadLines(file).Select(line => int.Parse(line, CultureInfo.InvariantCulture)) : [];
        var reach = new Reach(
            suite.Name, part.Name, suite.Content, run.HasPassed, Math.Round(run.Seconds, 1), [.. numbers.Distinct().Order()]);
        kept.Append(reach);
        await progress.WriteLineAsync(run.HasPassed
            ? string.Create(CultureInfo.InvariantCulture, $"{part.Name}: reaches {reach.Reached.Count} mutants in {run.Seconds:N1} s")
            : $"{part.Name}: fails without a mutant, so it is not used: {run.Output}");
        return reach;
    }
}
