using System.CommandLine;
using Herald.Hosting.Commands;
using Herald.Lab.Processes;
using Herald.Orders.Commands;

namespace Herald.Lab.Scenarios;

/// <summary><c>herald scenario</c>: complete situations with real servers that end with a verdict.</summary>
internal static class ScenarioCommand
{
    public static Command Create(TimeProvider time) => new ExampleCommand(
        "scenario", "Runs a whole situation with real servers and prints a verdict.", "herald scenario unaffected")
    {
        Unaffected(time),
    };

    /// <summary><c>herald scenario unaffected</c></summary>
    private static ExampleCommand Unaffected(TimeProvider time)
    {
        var store = new Option<StoreChoice>("--store")
        {
            Description = "The store of the servers: embedded (one server) or postgres (several nodes over a temporary PostgreSQL).",
            HelpName = "STORE",
        };
        var nodes = Number("--nodes", "The number of nodes, with --store postgres.", 3, 1, 16);
        var via = new Option<Entrance>("--via")
        {
            Description = "Where events are published: http (to Herald) or kafka (to Kafka, from which Herald reads).",
            HelpName = "ENTRANCE",
        };
        var kafka = new KafkaOptionSet(
            "With --via kafka: brokers of an existing Kafka, such as 127.0.0.1:9092, instead of a temporary one.", hasTopic: false);
        var rate = Number("--rate", "Events per second for each of the four customers.", 120, 1, 10_000);
        var openOrders = Number("--open-orders", "How many open orders each customer has.", 1000, 1, 1_000_000);
        var seed = Number("--seed", "The seed of the random choices: the same seed repeats them.", 1, 0, int.MaxValue);
        var full = new Option<bool>("--full") { Description = "Run phases of 1, 3 and 2 min instead of 25, 35 and 30 s." };
        var figures = new Option<FileInfo?>("--json")
        {
            Description = "Write all figures and the verdict as JSON to a file; without FILE, print them instead of the tables.",
            HelpName = "FILE",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var plain = new Option<bool>("--plain") { Description = "Print a line every five seconds instead of a live table." };
        var command = new ExampleCommand(
            "unaffected",
            "Runs four handlers, one of which answers everything with 500 for a while, and checks that the others are unaffected "
                + "and that it catches up.",
            "herald scenario unaffected", "herald scenario unaffected --full --json unaffected.json",
            "herald scenario unaffected --store postgres --nodes 3 --plain",
            "herald scenario unaffected --via kafka")
        { store, nodes, via, rate, openOrders, full, figures, plain, seed };
        kafka.AddWithPropertiesTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(via) != Entrance.Kafka && kafka.IsGiven(result))
                result.AddError("--kafka needs --via kafka.");
        });
        command.SetAction(async (parsed, cancel) =>
        {
            var file = parsed.GetValue(figures);
            var terminal = Terminal.Of(parsed, json: parsed.GetResult(figures) is not null && file is null);
            var options = new UnaffectedOptions(
                parsed.GetValue(store), parsed.GetValue(nodes), parsed.GetValue(via), kafka.Place(parsed), parsed.GetValue(rate),
                parsed.GetValue(openOrders),
                parsed.GetValue(full) ? PhasePlan.Full : PhasePlan.Compressed, file, parsed.GetValue(seed),
                parsed.GetValue(plain) || terminal.Json || Console.IsOutputRedirected);
            await using var run = new UnaffectedRun(options, terminal, time);
            return (int)await run.RunAsync(cancel);
        });
        return command;
    }

    private static Option<int> Number(string name, string description, int usual, int least, int most)
    {
        var option = new Option<int>(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => usual };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is var number && (number < least || number > most))
                result.AddError($"{name} {number}: must be {least} to {most}.");
        });
        return option;
    }
}
