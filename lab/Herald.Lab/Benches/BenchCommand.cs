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

    private static readonly Option<int> Seconds = Count("--seconds", "The length of a round, in seconds.", UsualSeconds, 3600);
    private static readonly Option<int> Rounds = Count("--rounds",
        "The number of measured rounds, of the limit and of Herald in turn.", UsualRounds, 1000);
    private static readonly Option<int> Batch = Count("--batch", $"For {AcceptName}: events per request.", 1, 10_000);
    private static readonly Option<int> Nodes = Count("--nodes",
        $"For {LatencyName} with --store postgres: the number of nodes that share the database.", 1, 9);

    private static readonly Option<FileInfo?> Json = new("--json")
    {
        Description = "Write the figures of every round as JSON to a file; without FILE, print them instead of the table.",
        HelpName = "FILE",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<DirectoryInfo?> Data = new("--data")
    {
        Description = "A directory on the disk to measure, such as /var/tmp. Default: the directory for temporary files.",
        HelpName = "DIR",
    };
    private static readonly Option<StoreChoice> Store = new("--store")
    {
        Description = "The store of the measured servers: embedded, or postgres (a temporary server). Default: embedded.",
        HelpName = "STORE",
        CustomParser = result => result.Tokens[0].Value switch
        {
            "embedded" => StoreChoice.Embedded,
            "postgres" => StoreChoice.Postgres,
            var other => Refuse(result, other),
        },
    };

    private static readonly Option<bool> Strict = new("--strict")
    {
        Description = "End with exit code 1 if a target is missed, for unattended runs.",
    };
    private static readonly Option<bool> Brief = new("--brief")
    {
        Description = "Run one short round, only to check that the bench works. The figures have no meaning.",
    };

    public static Command Create(TimeProvider time)
    {
        var name = new Argument<string>("NAME")
        {
            Description =
                $"The bench to run:{string.Concat(BenchList.Known.Select(bench => $"\n{bench.Name}: {bench.Description}"))}\n{AllName}: "
                    + "all benches except those of clusters, Kafka and NATS, one after another.",
        };
        var command = new ExampleCommand(
            "bench", "Measures Herald on this machine beside the machine's limit, and checks that no event is lost.",
            "herald bench accept", "herald bench accept --batch 500", "herald bench accept --rounds 3 --seconds 10 --json accept.json",
            "herald bench all --data /var/tmp", "herald bench deliver --store postgres", "herald bench latency --store postgres --nodes 3")
        { name, Batch, Store, Nodes, Seconds, Rounds, Json, Data, Strict, Brief };
        command.SetAction(async (parsed, cancel) => (int)await RunAsync(parsed.GetRequiredValue(name), parsed, time, cancel));
        return command;
    }

    private static async Task<ExitCode> RunAsync(string name, ParseResult parsed, TimeProvider time, CancellationToken cancel)
    {
        var file = parsed.GetValue(Json);
        var terminal = Terminal.Of(parsed, json: parsed.GetResult(Json) is not null && file is null);
        var batch = parsed.GetValue(Batch);
        if (batch != 1 && name != AcceptName)
            return terminal.Fail(ExitCode.BadUsage, $"--batch {batch}: only the bench {AcceptName} has batches.");
        var (store, nodes) = (parsed.GetValue(Store), parsed.GetValue(Nodes));
        if (nodes != 1 && name != LatencyName)
            return terminal.Fail(ExitCode.BadUsage, $"--nodes {nodes}: only the bench {LatencyName} has nodes.");
        if (nodes != 1 && store == StoreChoice.Embedded)
            return terminal.Fail(ExitCode.BadUsage, $"--nodes {nodes}: nodes share a database, so add --store postgres.");
        IReadOnlyList<IBench> chosen = name switch
        {
            AllName => BenchList.All,
            AcceptName => [new AcceptBench(batch)],
            LatencyName when store == StoreChoice.Postgres => [new ClusterLatencyBench(nodes)],
            _ => [.. BenchList.Known.Where(bench => bench.Name == name)],
        };
        if (chosen.Count == 0)
            return terminal.Fail(ExitCode.BadUsage,
                $"There is no bench '{name}'. The benches are: "
                    + $"{string.Join(", ", BenchList.Known.Select(bench => bench.Name))}, {AllName}.");
        if (!OperatingSystem.IsLinux())
            return terminal.Fail(ExitCode.Failed, "Benches need Linux, because they read the use of processes from /proc.");

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
        result.AddError($"--store {value}: must be embedded or postgres.");
        return StoreChoice.Embedded;
    }

    private static Option<int> Count(string name, string description, int usual, int most)
    {
        var option = new Option<int>(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => usual };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is var count && (count < 1 || count > most))
                result.AddError($"{name} {count}: must be 1 to {most}.");
        });
        return option;
    }
}
