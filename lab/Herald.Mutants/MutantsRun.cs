using System.Globalization;
using Herald.Mutants.Builds;
using Herald.Mutants.Reports;
using Herald.Mutants.Sites;
using Herald.Mutants.Trials;

namespace Herald.Mutants;

/// <summary>
/// One call: (1) build the suites, and compile the sources with all mutants, (2) find which tests reach which mutants, (3) try the drawn
/// mutants, (4) report all results so far.
/// </summary>
internal sealed class MutantsRun(string root, TimeProvider time, TextWriter progress)
{
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(20);

    public async Task<Report> RunAsync(Limits limits, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        var folder = Path.Combine(root, "artifacts", "mutants");

        // 1. Build and compile.
        await Suites.BuildAsync(root, cancel);
        var sources = await PlantedSources.CompileAsync(root, Path.Combine(folder, "assemblies"), cancel);
        foreach (var project in sources.All)
            Say($"{project.Name}: {project.Mutants.Count()} mutants; {project.LeftOut} others do not compile.");
        var known = Path.Combine(folder, sources.ContentIn(root));
        var suites = await Suites.PrepareAsync(root, Path.Combine(folder, "suites"), sources.Assemblies, cancel);

        // 2. Find which tests reach which mutants.
        var process = new TestProcess(root, Path.Combine(folder, "runs"), time);
        var coverage = new Coverage(process, new(Path.Combine(known, "coverage.jsonl")), progress);
        await coverage.FindAsync(suites, Path.Combine(known, "reached"), cancel);

        // 3. Try the drawn mutants.
        var outcomes = new JsonLines<Outcome>(Path.Combine(root, Outcome.Kept));
        var files = sources.All.SelectMany(project => project.Mutants).Select(mutant => mutant.File).Distinct()
            .ToDictionary(file => file, file => Content.OfText(File.ReadAllText(Path.Combine(root, file))));
        Outcome? Known(Mutant mutant) => outcomes.Last(outcome => outcome.Mutant == mutant.Key && outcome.Source == files[mutant.File]);
        var trial = new Trial(process, coverage, suites, Least);
        var drawn = sources.All.ToDictionary(project => project, PlantedSources.DrawnOf);
        await File.WriteAllLinesAsync(Path.Combine(known, "drawn"), drawn.Values.SelectMany(mutants => mutants).Select(Where), cancel);
        var due = drawn.Where(project => project.Key.Name.Contains(limits.Of, StringComparison.OrdinalIgnoreCase))
            .SelectMany(project => project.Value).Where(mutant => trial.IsDue(mutant, Known(mutant))).Take(limits.Most).ToList();
        var count = 0;
        var workers = new ParallelOptions { MaxDegreeOfParallelism = limits.Workers, CancellationToken = cancel };
        await Parallel.ForEachAsync(due, workers, async (mutant, token) =>
        {
            if (limits.Length is { } length && time.GetElapsedTime(began) > length)
                return;
            var outcome = await trial.TryAsync(mutant, Known(mutant), token) with { Source = files[mutant.File] };
            outcomes.Append(outcome);
            Say($"{Interlocked.Increment(ref count),4} of {due.Count}  {Word(outcome)}  {Where(mutant)}");
        });

        // 4. Report.
        var equivalents = Equivalents.Read(root);
        var tried = drawn.ToDictionary(project => project.Key, project => Tried(project.Value, Known));
        var seconds = tried.Values.SelectMany(project => project).Sum(one => one.Outcome.Seconds);
        return new(
            PlantedSources.Seed, Math.Round(seconds / 60, 1),
            [.. sources.All.Select(project => ProjectReport.Of(
                project.Name, project.Mutants.Count(), project.LeftOut, drawn[project].Count, tried[project], equivalents))],
            coverage.Unfit);
    }

    private static IReadOnlyList<(Mutant Mutant, Outcome Outcome)> Tried(IEnumerable<Mutant> drawn, Func<Mutant, Outcome?> known) =>
        [.. drawn.Select(mutant => (mutant, Outcome: known(mutant))).Where(one => one.Outcome is not null).Select(one => (one.mutant, one.Outcome!))];

    private static string Where(Mutant mutant)
    {
        var change = mutant.Kind == MutantKind.Dropped ? $"without {mutant.Before}" : $"{mutant.Before} → {mutant.After}";
        return string.Create(
            CultureInfo.InvariantCulture, $"{mutant.File}:{mutant.Line}  {change}  ({MutantSwitch.Chosen}={mutant.Number})");
    }

    private static string Word(Outcome outcome) => outcome.IsNoticed
        ? string.Create(CultureInfo.InvariantCulture, $"noticed by {outcome.Suite} ({outcome.How}) in {outcome.Seconds:N0} s")
        : string.Create(CultureInfo.InvariantCulture, $"SURVIVED {outcome.Passed.Count} suites in {outcome.Seconds:N0} s");

    private void Say(FormattableString line)
    {
        lock (progress)
            progress.WriteLine(FormattableString.Invariant(line));
    }
}
