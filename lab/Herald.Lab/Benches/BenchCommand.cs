using System.CommandLine;
using System.CommandLine.Parsing;
using Herald.Hosting.Commands;
using Herald.Lab.Benches.Acceptance;
using Herald.Lab.Benches.Latency;
using Herald.Lab.Benches.Reports;
using Herald.Lab.Benches.Rounds;
using Herald.Lab.Processes;

namespace Herald.Lab.Benches;

/// <summary><c>herald bench NAME</c>: measures Herald on this machine, beside the machine's limit.</summary>
internal static class BenchCommand
{
    private const int UsualSeconds = 5, UsualRounds = 5;
    private const string AllName = "all", AcceptName = "accept", LatencyName = "latency";

    private static readonly Option<int> Seconds = Count("--seconds", "How long a round takes.", UsualSeconds, 3600);
    private static readonly Option<int> Rounds = Count("--rounds", "Measured rounds of the limit and of Herald, in turn.", UsualRounds, 1000);
    private static readonly Option<int> Batch = Count("--batch", $"For {AcceptName}: events in a request.", 1, 10_000);
    private static readonly Option<int> Nodes = Count("--nodes", $"For {LatencyName} with --store postgres: nodes that share it.", 1, 9);

    private static readonly Option<FileInfo?> Json = new("--json")
    {
        Description = "Write the figures of every round to a file; without FILE, print them instead of the table.",
        HelpName = "FILE",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<DirectoryInfo?> Data = new("--data") { Description = "Measure on this disk. A directory in it is used and removed. Default: where temporary files are.", HelpName = "DIR" };
    private static readonly Option<StoreChoice> Store = new("--store")
    {
        Description = "What measured servers stand on: embedded, or postgres, a throw-away one. Default: embedded.",
        HelpName = "STORE",
        CustomParser = result => result.Tokens[0].Value switch
        {
            "embedded" => StoreChoice.Embedded,
            "postgres" => StoreChoice.Postgres,
            var other => Refuse(result, other),
        },
    };

    private static readonly Option<bool> Strict = new("--strict") { Description = "End with exit code 1 also when a target is missed, for unattended runs." };
    private static readonly Option<bool> Brief = new("--brief") { Description = "Only try whether it works, in a few seconds; the figures say nothing." };

    public static Command Create(TimeProvider time)
    {
        var name = new Argument<string>("NAME")
        {
            Description = $"What to measure:{string.Concat(BenchList.Known.Select(bench => $"\n{bench.Name}: {bench.Description}"))}\n{AllName}: all but those of clusters, Kafka and NATS, one after another.",
        };
        var command = new ExampleCommand(
            "bench", "Measures Herald on this machine, each time beside what the machine could do at best, and checks that nothing is lost.",
            "herald bench accept", "herald bench accept --batch 500", "herald bench accept --rounds 3 --seconds 10 --json accept.json",
            "herald bench all --data /var/tmp", "herald bench deliver --store postgres", "herald bench latency --store postgres --nodes 3")
        { name, Batch, Store, Nodes, Seconds, Rounds, Json, Data, Strict, Brief };
        command.SetAction(async (parsed, cancel) => (int)await RunAsync(parsed.GetRequiredValue(name), parsed, time, cancel));
        return command;
    }

    private static async Task<ExitCode> RunAsync(string name, ParseResult parsed, TimeProvider time, CancellationToken cancel)
    {
        var console = parsed.InvocationConfiguration;
        var file = parsed.GetValue(Json);
        var terminal = new Terminal(console.Output, console.Error, json: parsed.GetResult(Json) is not null && file is null);
        var batch = parsed.GetValue(Batch);
        if (batch != 1 && name != AcceptName)
            return terminal.Fail(ExitCode.BadUsage, $"--batch {batch}: only {AcceptName} has batches.");
        var (store, nodes) = (parsed.GetValue(Store), parsed.GetValue(Nodes));
        if (nodes != 1 && name != LatencyName)
            return terminal.Fail(ExitCode.BadUsage, $"--nodes {nodes}: only {LatencyName} has nodes.");
        if (nodes != 1 && store == StoreChoice.Embedded)
            return terminal.Fail(ExitCode.BadUsage, $"--nodes {nodes}: nodes share a database; add --store postgres.");
        IReadOnlyList<IBench> chosen = name switch
        {
            AllName => BenchList.All,
            AcceptName => [new AcceptBench(batch)],
            LatencyName when store == StoreChoice.Postgres => [new ClusterLatencyBench(nodes)],
            _ => [.. BenchList.Known.Where(bench => bench.Name == name)],
        };
        if (chosen.Count == 0)
            return terminal.Fail(ExitCode.BadUsage, $"There is no bench '{name}'. There are: {string.Join(", ", BenchList.Known.Select(bench => bench.Name))}, {AllName}.");
        if (!OperatingSystem.IsLinux())
            return terminal.Fail(ExitCode.Failed, "Benches need Linux: they read what processes take from /proc.");

        var data = parsed.GetValue(Data);
        var options = parsed.GetValue(Brief) ? BenchOptions.Brief(data, store)
            : new BenchOptions(TimeSpan.FromSeconds(parsed.GetValue(Seconds)), parsed.GetValue(Rounds), data, false, store);
        var reports = new List<BenchReport>();
        try
        {
            foreach (var bench in chosen)
            {
                var progress = new BenchProgress(terminal, !Console.IsErrorRedirected, bench.Name);
                reports.Add(await BenchRun.RunAsync(bench, options, progress, time, cancel));
                if (!terminal.Json)
                    ReportText.Print(reports[^1], terminal.Out);
            }
        }
        catch (BenchException failure)
        {
            return terminal.Fail(ExitCode.Failed, failure.Message);
        }
        if (terminal.Json)
            terminal.Out.WriteLine(ReportJson.Write(reports));
        else if (reports.Count > 1)
            ReportText.PrintSummary(reports, terminal.Out);
        if (file is not null)
            await File.WriteAllTextAsync(file.FullName, ReportJson.Write(reports), cancel);
        return reports.All(report => report.Passed && !(parsed.GetValue(Strict) && report.MissesTarget)) ? ExitCode.Ok : ExitCode.Failed;
    }

    private static StoreChoice Refuse(ArgumentResult result, string value)
    {
        result.AddError($"--store {value}: embedded or postgres.");
        return StoreChoice.Embedded;
    }

    private static Option<int> Count(string name, string description, int usual, int most)
    {
        var option = new Option<int>(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => usual };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is var count && (count < 1 || count > most))
                result.AddError($"{name} {count}: from 1 to {most}.");
        });
        return option;
    }
}
