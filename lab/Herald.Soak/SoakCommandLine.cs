using System.CommandLine;
using Herald.Hosting.Commands;
using Herald.LocalServers.Brokers;
using Herald.LocalServers.Databases;
using Herald.Soak.Displays;
using Herald.Soak.Faults;
using Herald.Soak.Traffic;

namespace Herald.Soak;

/// <summary><c>./soak</c>: three nodes under load, with all kinds of faults, and a judge.</summary>
internal static class SoakCommandLine
{
    private const string Description = "Runs three nodes over one PostgreSQL, with Kafka and NATS, under load and with faults. "
        + "Fails if Herald breaks a promise.";
    private const int Broke = 1, BadUsage = 2, Stopped = 130;

    public static async Task<int> RunAsync(
        string[] arguments, TextWriter output, TextWriter errors, TimeProvider time, CancellationToken cancel)
    {
        var length = Duration.Option("--for", "How long to run the load, such as 2h.", TimeSpan.FromMinutes(10));
        var round = Duration.Option("--round",
            "The length of a round, after which all deliveries settle and are judged.", TimeSpan.FromMinutes(3));
        var seed = new Option<int>("--seed")
        {
            Description = "The seed of the faults and of the load, such as 7. Default: a new one for each run.",
            DefaultValueFactory = _ => Environment.ProcessId,
        };
        var rate = new Option<int>("--rate")
        {
            Description = "Events per second over HTTP, Kafka and NATS together; at least 10.",
            DefaultValueFactory = _ => 150,
        };
        rate.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 10)
                result.AddError("--rate must be at least 10.");
        });
        var keep = new Option<string?>("--keep")
        {
            Description = "The folder for logs, the last traces and all data. It is kept, also after a run without failures.",
            HelpName = "DIR",
        };
        var json = new Option<string?>("--json") { Description = "Write the figures as JSON to this file.", HelpName = "FILE" };
        var only = new Option<FaultKind[]>("--only")
        {
            Description = "The faults to cause. Default: all.",
            AllowMultipleArgumentsPerToken = true,
        };
        var plant = new Option<string?>("--plant") { Hidden = true };
        plant.AcceptOnlyFromAmong(PlantedRelay.Mistakes);
        var command = new RootCommand(Description) { length, round, seed, rate, keep, json, only, plant };
        command.SetAction((parsed, token) => SoakAsync(
            new SoakOptions(
                parsed.GetValue(length), parsed.GetValue(round), parsed.GetValue(seed), parsed.GetValue(rate), parsed.GetValue(keep),
                parsed.GetValue(json),
                parsed.GetValue(only) is { Length: > 0 } some ? some : Enum.GetValues<FaultKind>(), parsed.GetValue(plant)),
            output, errors, time, token));
        var parsed = command.Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
                await errors.WriteLineAsync($"soak: {error.Message}");
            return BadUsage;
        }
        var console = new InvocationConfiguration
        {
            Output = output,
            Error = errors,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        return await parsed.InvokeAsync(console, cancel);
    }

    private static async Task<int> SoakAsync(
        SoakOptions options, TextWriter output, TextWriter errors, TimeProvider time, CancellationToken cancel)
    {
        var folder = Path.GetFullPath(options.Keep ?? Path.Combine("artifacts", "soak", $"seed-{options.Seed}"));
        if (options.Keep is not null && Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            await errors.WriteLineAsync($"soak: {folder} is not empty.");
            return BadUsage;
        }
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        try
        {
            var (report, broken) = await new SoakRun(options, folder, output, time).RunAsync(cancel);
            SoakSummary.Write(report, output);
            if (options.Json is not null)
                await File.WriteAllTextAsync(options.Json, report.ToJson(), CancellationToken.None);
            if (broken is not null)
            {
                SoakSummary.Write(broken, options.Seed, folder, output);
                return Broke;
            }
            if (options.Keep is null)
                Directory.Delete(folder, recursive: true);
            await output.WriteLineAsync(cancel.IsCancellationRequested
                ? "Interrupted; no promise was broken so far." : "No promise was broken.");
            return cancel.IsCancellationRequested ? Stopped : 0;
        }
        catch (Exception failure) when (failure is SoakException or LocalPostgresException or LocalKafkaException or LocalNatsException)
        {
            await errors.WriteLineAsync($"soak: {failure.Message}");
            return Broke;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            await output.WriteLineAsync("Interrupted before the load began.");
            if (options.Keep is null)
                Directory.Delete(folder, recursive: true);
            return Stopped;
        }
    }
}
