using System.CommandLine;
using System.Globalization;
using Herald.Evidence.Claims;
using Herald.Evidence.Printouts;
using Herald.Evidence.Records;
using Herald.Evidence.Runs;

namespace Herald.Evidence;

/// <summary><c>./evidence</c>: lists the claims of the documents, reports which are still fresh, and runs their commands again.</summary>
internal static class EvidenceCommandLine
{
    public static async Task<int> RunAsync(
        string[] arguments, string root, TextWriter output, TextWriter errors, TimeProvider time, CancellationToken cancel)
    {
        var names = new Argument<string[]>("NAME")
        {
            Description = "Names of claims to run, also when they are fresh. Default: all stale claims.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var run = new Command("run",
            "Runs the commands of claims, one after another, and saves a record of each. An interrupted run can be continued.") { names };
        run.SetAction((parsed, token) => RunClaimsAsync(root, parsed.GetValue(names)!, output, time, token));
        var print = new Command("print", "Updates the figures in the documents from the records.");
        print.SetAction(_ => Print(root, output));
        var check = new Command("check", "Fails if a document differs from its records.");
        check.SetAction(_ => Check(root, output));
        var all = new RootCommand(
            "Lists the claims of the documents, and whether their sources have changed since the last run. "
                + "Fails if a claim is stale.") { run, print, check };
        all.SetAction(_ => Status(root, output));
        try
        {
            return await all.Parse(arguments).InvokeAsync(
                new() { Output = output, Error = errors, EnableDefaultExceptionHandler = false }, cancel);
        }
        catch (EvidenceException failure)
        {
            await errors.WriteLineAsync($"evidence: {failure.Message}");
            return 2;
        }
        catch (OperationCanceledException)
        {
            await errors.WriteLineAsync("evidence: interrupted. The finished records are kept; './evidence run' continues.");
            return 130;
        }
    }

    private static int Status(string root, TextWriter output)
    {
        var standings = Standings(root);
        var width = standings.Max(standing => standing.Claim.Name.Length);
        foreach (var standing in standings)
            output.WriteLine($"{standing.Claim.Name.PadRight(width)}  {Word(standing)}");
        var stale = standings.Count(standing => !standing.IsFresh);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{standings.Count - stale} fresh, {stale} stale"));
        return stale == 0 ? 0 : 1;
    }

    private static string Word(Standing standing)
    {
        var outcome = standing.Record is { } record ? $"{(record.Passed ? "shown" : "missed")} at {record.ShortCommit}, {record.Date}" : "";
        return standing.IsFresh ? outcome : $"stale: {standing.Why}{(outcome.Length > 0 ? $" ({outcome})" : "")}";
    }

    private static async Task<int> RunClaimsAsync(
        string root, string[] names, TextWriter output, TimeProvider time, CancellationToken cancel)
    {
        var standings = Standings(root);
        if (names.FirstOrDefault(name => standings.All(standing => standing.Claim.Name != name)) is { } unknown)
            throw new EvidenceException(
                $"{ClaimFile.Path} contains no claim '{unknown}'. It contains: "
                    + $"{string.Join(", ", standings.Select(standing => standing.Claim.Name))}.");
        var due = standings.Where(standing => names.Length == 0 ? !standing.IsFresh : names.Contains(standing.Claim.Name)).ToList();
        var run = new ClaimRun(new WorkingCopy(root), new RecordFolder(root), time, output);
        var missed = 0;
        for (var i = 0; i < due.Count; i++)
        {
            var last = due[i].Record is { } before ? string.Create(CultureInfo.InvariantCulture,
                $", {before.Minutes} minutes last time") : "";
            await output.WriteLineAsync($"{i + 1} of {due.Count}: {due[i].Claim.Typed}{last}");
            if (!(await run.RunAsync(due[i].Claim, cancel)).Passed)
                missed++;
        }
        await output.WriteLineAsync($"{due.Count} claims were run, and {missed} of them failed. './evidence print' updates the documents.");
        return missed == 0 ? 0 : 1;
    }

    private static int Print(string root, TextWriter output)
    {
        foreach (var document in Of(root).Print())
            output.WriteLine($"{document} was updated.");
        return 0;
    }

    private static int Check(string root, TextWriter output)
    {
        var wrong = Of(root).Wrong();
        foreach (var document in wrong)
            output.WriteLine($"{document} differs from its records. './evidence print' updates it.");
        return wrong.Count == 0 ? 0 : 1;
    }

    private static Documents Of(string root) => new(root, ClaimFile.Read(root), new RecordFolder(root));

    private static List<Standing> Standings(string root)
    {
        var (records, copy) = (new RecordFolder(root), new WorkingCopy(root));
        return [.. ClaimFile.Read(root).Select(claim => Standing.Of(claim, records, copy))];
    }
}
