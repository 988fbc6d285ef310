using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Herald.Mutants.Reports;
using Herald.Mutants.Trials;

namespace Herald.Mutants;

/// <summary><c>./test --mutants</c>: measures how many small changes of the sources the suites notice.</summary>
internal static class MutantsCommandLine
{
    public static async Task<int> RunAsync(
        string[] arguments, string root, TextWriter output, TextWriter errors, TimeProvider time, CancellationToken cancel)
    {
        var length = new Option<TimeSpan?>("--for")
        {
            Description = "Start no trial after this time, such as 30m or 2h. The next call continues.",
            CustomParser = parsed => Length(parsed.Tokens[0].Value) is { } told ? told : Refuse(parsed, "30s, 30m or 2h"),
        };
        var most = new Option<int>("--most")
        {
            Description = "The largest number of mutants to try.",
            DefaultValueFactory = _ => int.MaxValue,
        };
        var of = new Option<string>("--of")
        {
            Description = "Try only the mutants of projects whose name contains this: engine, journal or postgres.",
            DefaultValueFactory = _ => "",
        };
        var workers = new Option<int>("--workers")
        {
            Description = "How many mutants to try at the same time. Default: the number of processors.",
            DefaultValueFactory = _ => Environment.ProcessorCount,
        };
        var json = new Option<string?>("--json") { Description = "Write the results so far to this file." };
        var all = new RootCommand(
            "Makes small changes in the sources, and records the first suite that notices each. Results are kept, and "
                + "the next call continues.")
        {
            length, most, of, workers, json,
        };
        all.SetAction(async (parsed, token) =>
        {
            var run = new MutantsRun(root, time, output);
            var limits = new Limits(parsed.GetValue(length), parsed.GetValue(most), parsed.GetValue(of)!, parsed.GetValue(workers));
            var report = await run.RunAsync(limits, token);
            ReportText.Write(report, output);
            if (parsed.GetValue(json) is { } file)
                await File.WriteAllTextAsync(file, report.ToJson(), token);
            return 0;
        });
        try
        {
            var invocation = new InvocationConfiguration { Output = output, Error = errors, EnableDefaultExceptionHandler = false };
            return await all.Parse(arguments).InvokeAsync(invocation, cancel);
        }
        catch (MutantsException failure)
        {
            await errors.WriteLineAsync($"mutants: {failure.Message}");
            return 2;
        }
        catch (OperationCanceledException)
        {
            await errors.WriteLineAsync("mutants: interrupted. The results are kept; './test --mutants' continues.");
            return 130;
        }
    }

    private static TimeSpan? Refuse(ArgumentResult parsed, string wanted)
    {
        parsed.AddError($"'{parsed.Tokens[0].Value}' is not a duration. Expected {wanted}.");
        return null;
    }

    private static TimeSpan? Length(string told)
    {
        if (told.Length == 0 || !int.TryParse(told.AsSpan(0, told.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            return null;
        return told[^1] switch
        {
            's' => TimeSpan.FromSeconds(count),
            'm' => TimeSpan.FromMinutes(count),
            'h' => TimeSpan.FromHours(count),
            _ => null,
        };
    }
}
