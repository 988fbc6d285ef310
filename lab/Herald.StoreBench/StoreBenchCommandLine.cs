using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Herald.Hosting.Commands;
using Herald.StoreBench.Reports;
using Herald.StoreBench.Stores;

namespace Herald.StoreBench;

/// <summary><c>./store-bench</c>: the journal beside RocksDB, SQLite and plain files.</summary>
internal static class StoreBenchCommandLine
{
    private const double UsualSeconds = 3;
    private const int UsualRounds = 5, UsualWriters = 64;
    private static readonly int[] UsualGroups = [1, 16, 500];

    private const string Description = """
        Measures Herald's embedded store beside RocksDB, SQLite and plain files, on the same work and with the same durability: an event
        is answered once it is on disk. Plain files look for no repeats and have no index. The limit is written-file, whose blocks were
        written before.

        Examples:
          ./store-bench
          ./store-bench --seconds 10 --rounds 7 --json stores.json
          ./store-bench --stores journal,file --groups 1
          ./store-bench --data /var/tmp
        """;

    public static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter errors, TimeProvider time, CancellationToken cancel)
    {
        var names = string.Join(", ", BenchStores.All.Select(store => store.Name));
        var seconds = new Option<double>("--seconds") { Description = "The length of a round, such as 3.", HelpName = "N", DefaultValueFactory = _ => UsualSeconds };
        Require(seconds, value => value is >= 0.05 and <= 3600, "must be 0.05 to 3600");
        var rounds = new Option<int>("--rounds") { Description = "Measured rounds of each store, in turn.", HelpName = "N", DefaultValueFactory = _ => UsualRounds };
        Require(rounds, value => value is >= 1 and <= 1000, "must be 1 to 1000");
        var writers = new Option<int>("--writers") { Description = "Writers that wait for an append each, such as 64.", HelpName = "N", DefaultValueFactory = _ => UsualWriters };
        Require(writers, value => value is >= 1 and <= 4096, "must be 1 to 4096");
        var groups = new Option<int[]>("--groups")
        {
            Description = "Numbers of events in one append, separated by commas. Default: 1,16,500.",
            HelpName = "N,N",
            CustomParser = Groups,
        };
        var stores = new Option<BenchStore[]>("--stores")
        {
            Description = $"The stores to measure, separated by commas, such as journal,file. Default: {names}.",
            HelpName = "NAME,NAME",
            CustomParser = parsed => Stores(parsed, names),
        };
        var data = new Option<DirectoryInfo?>("--data")
        {
            Description = "A directory on the disk to measure, such as /var/tmp. Default: the directory for temporary files.",
            HelpName = "DIR",
        };
        var json = new Option<FileInfo?>("--json") { Description = "Write the figures of every round as JSON to this file.", HelpName = "FILE" };
        var command = new RootCommand(Description) { seconds, rounds, stores, groups, writers, data, json };
        command.SetAction((parsed, token) => MeasureAsync(
            new StoreBenchOptions(
                TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(rounds), parsed.GetValue(writers),
                parsed.GetValue(groups) is { Length: > 0 } sizes ? sizes : UsualGroups,
                parsed.GetValue(stores) is { Length: > 0 } some ? some : BenchStores.All),
            parsed.GetValue(data), parsed.GetValue(json), output, errors, time, token));
        var parsed = command.Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
                await errors.WriteLineAsync($"store-bench: {error.Message}");
            return (int)ExitCode.BadUsage;
        }
        var console = new InvocationConfiguration { Output = output, Error = errors, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        return await parsed.InvokeAsync(console, cancel);
    }

    private static async Task<int> MeasureAsync(
        StoreBenchOptions options, DirectoryInfo? data, FileInfo? json, TextWriter output, TextWriter errors, TimeProvider time, CancellationToken cancel)
    {
        try
        {
            using var directory = BenchDirectory.Create(data, options.Round);
            var machine = Machine.Describe(directory.Path);
            var run = new StoreBenchRun(options, directory.Path, phase => errors.WriteLine($"store-bench: {phase}"), time);
            var figures = await run.RunAsync(cancel);
            ReportTable.Print(figures, machine, options, output);
            if (json is not null)
                await File.WriteAllTextAsync(json.FullName, ReportJson.Write(figures, machine, options), cancel);
            return (int)ExitCode.Ok;
        }
        catch (StoreBenchException failure)
        {
            await errors.WriteLineAsync($"store-bench: {failure.Message}");
            return (int)ExitCode.Failed;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            await errors.WriteLineAsync("store-bench: interrupted. Its directory is removed.");
            return (int)ExitCode.Interrupted;
        }
    }

    private static int[]? Groups(ArgumentResult parsed)
    {
        var groups = new List<int>();
        foreach (var text in Parts(parsed))
        {
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var group) || group is < 1 or > 10_000)
                parsed.AddError($"--groups {text}: must be 1 to 10000.");
            groups.Add(group);
        }
        return [.. groups];
    }

    private static BenchStore[]? Stores(ArgumentResult parsed, string names)
    {
        var stores = new List<BenchStore>();
        foreach (var text in Parts(parsed))
        {
            if (BenchStores.All.FirstOrDefault(store => store.Name == text) is { } store)
                stores.Add(store);
            else
                parsed.AddError($"--stores {text}: there is no such store. The stores are: {names}.");
        }
        return [.. stores.Distinct()];
    }

    private static string[] Parts(ArgumentResult parsed) => parsed.Tokens[^1].Value.Split(',', StringSplitOptions.TrimEntries);

    private static void Require<T>(Option<T> option, Func<T, bool> holds, string rule) => option.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<T>() is { } value && !holds(value))
            result.AddError(string.Create(CultureInfo.InvariantCulture, $"{option.Name} {value}: {rule}."));
    });
}
