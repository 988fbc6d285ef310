using System.CommandLine;
using Herald.Hosting.Commands;
using Herald.Lab.Orders;
using Herald.Lab.Processes;

namespace Herald.Lab.Scenarios;

/// <summary><c>herald scenario</c>: complete situations with real servers that end with a verdict.</summary>
internal static class ScenarioCommand
{
    public static Command Create(TimeProvider time) => new ExampleCommand(
        "scenario", "Plays a whole situation with real servers and ends with a verdict.", "herald scenario unaffected")
    {
        Unaffected(time),
    };

    /// <summary><c>herald scenario unaffected</c></summary>
    private static ExampleCommand Unaffected(TimeProvider time)
    {
        var store = new Option<StoreChoice>("--store") { Description = "embedded: one server; postgres: nodes over a PostgreSQL to throw away.", HelpName = "STORE" };
        var nodes = Number("--nodes", "Nodes, with --store postgres.", 3, 1, 16);
        var via = new Option<Entrance>("--via") { Description = "http: published to Herald; kafka: published to Kafka, from where Herald reads.", HelpName = "ENTRANCE" };
        var kafka = new KafkaOptionSet("With --via kafka: a Kafka that is there, instead of one to throw away.", hasTopic: false);
        var rate = Number("--rate", "Events a second for each of the four customers.", 120, 1, 10_000);
        var openOrders = Number("--open-orders", "Orders that each customer has open at a time.", 1000, 1, 1_000_000);
        var seed = Number("--seed", "Of everything that is drawn.", 1, 0, int.MaxValue);
        var full = new Option<bool>("--full") { Description = "1 min before, 3 min hell, 2 min after, instead of 25 s, 35 s, 30 s." };
        var figures = new Option<FileInfo?>("--json")
        {
            Description = "Write all figures and the verdict to a file; without FILE, print them instead of the tables.",
            HelpName = "FILE",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var plain = new Option<bool>("--plain") { Description = "A line every five seconds instead of a live table." };
        var command = new ExampleCommand(
            "unaffected",
            "One handler of four answers everything with 500 for a while: the others must not notice, and it must catch up. Two of them hit a third of all requests by a delay or a 500 throughout; one is clean.",
            "herald scenario unaffected", "herald scenario unaffected --full --json unaffected.json", "herald scenario unaffected --store postgres --nodes 3 --plain",
            "herald scenario unaffected --via kafka")
        { store, nodes, via, rate, openOrders, full, figures, plain, seed };
        kafka.AddWithPropertiesTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(via) != Entrance.Kafka && kafka.IsGiven(result))
                result.AddError("--kafka: say --via kafka, too.");
        });
        command.SetAction(async (parsed, cancel) =>
        {
            var file = parsed.GetValue(figures);
            var terminal = new Terminal(parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, json: parsed.GetResult(figures) is not null && file is null);
            var options = new UnaffectedOptions(
                parsed.GetValue(store), parsed.GetValue(nodes), parsed.GetValue(via), kafka.Place(parsed), parsed.GetValue(rate), parsed.GetValue(openOrders),
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
                result.AddError($"{name} {number}: from {least} to {most}.");
        });
        return option;
    }
}
