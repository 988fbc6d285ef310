using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Herald.Hosting.Commands;

namespace Herald.Cli.Publishing;

/// <summary><c>herald publish</c>: publishes events from arguments, standard input or a file.</summary>
internal static class PublishCommand
{
    /// <param name="standardInput">Null for that of the process.</param>
    public static Command Create(TimeProvider time, Stream? standardInput = null)
    {
        var topic = new Argument<string>("topic") { Description = "The topic to publish to." };
        var payloads = new Argument<string[]>("payload")
        {
            Description =
                "One payload per event: JSON, in quotes for the shell; text with --text. Without payloads, events are read from the "
                    + "standard input.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var text = new Option<bool>("--text") { Description = "The payloads are texts. Each is sent as a JSON string." };
        var file = new Option<string?>("--file")
        {
            Description = "A file with one event per line, such as {\"key\":\"order-17\",\"payload\":{}}; - is the standard input.",
            HelpName = "FILE",
        };
        var id = new Option<string?>("--id")
        {
            Description = "The id of the event, to recognise it when it is published again. Only with one payload.",
            HelpName = "ID",
        };
        var key = new Option<string?>("--key")
        {
            Description = "The key of the events, such as order-17. Events of one key are delivered in order.",
            HelpName = "KEY",
        };
        var type = new Option<string?>("--type") { Description = "The type of the events, such as paid.", HelpName = "TYPE" };
        var attributes = new Option<string[]>("--attribute")
        {
            Description = "An attribute of the events, such as region=eu. It can be repeated.",
            HelpName = "NAME=VALUE",
        };
        var skip = new Option<long>("--skip")
        {
            Description = "The number of lines to skip at the start of the file, to continue after an interruption.",
            HelpName = "N",
        };
        var idPrefix = new Option<string?>("--id-prefix")
        {
            Description = "Events without an id get the id PREFIX-LINE. Default: a new prefix for each run.",
            HelpName = "PREFIX",
        };
        var retryFor = Duration.Option("--retry-for",
            "How long a batch is sent again while Herald cannot accept it.", TimeSpan.FromMinutes(1));
        return new ClientCommand(
            "publish", "Publishes events to a topic, from arguments, a file or the standard input.",
            "herald publish orders '{\"state\":\"paid\"}' --key order-17 --id order-17-paid",
            "herald publish orders 'Hello, world' --text",
            "herald publish orders --file orders.ndjson",
            "generate | herald publish orders")
        { topic, payloads, text, file, id, key, type, attributes, skip, idPrefix, retryFor }
        .Runs(async call =>
        {
            var given = call.Get(payloads);
            var path = call.Get(file);
            var template = new JsonObject();
            // A topic cannot have such a name. It is a payload, and the topic before it was forgotten.
            if (call.Get(topic) is ['{' or '[' or '"', ..] payload)
                return call.Terminal.Fail(ExitCode.BadUsage, $"<topic> is missing: {payload} is a payload, and comes after the topic.");
            if (given.Length > 0 == path is not null && (given.Length > 0 || (standardInput is null && !Console.IsInputRedirected)))
                return call.Terminal.Fail(ExitCode.BadUsage, "Give payloads as arguments, or --file, or events on standard input.");
            if (given.Length == 0
                && (call.Get(id) ?? call.Get(key) ?? call.Get(type)) is not null | call.Get(attributes) is { Length: > 0 } | call.Get(text))
                return call.Terminal.Fail(ExitCode.BadUsage,
                    "--id, --key, --type, --attribute and --text apply only to payloads on the command line; lines of a file contain "
                        + "their own.");
            if (given.Length > 1 && call.Get(id) is not null)
                return call.Terminal.Fail(ExitCode.BadUsage, "--id needs exactly one payload, because every event has an id of its own.");
            if (!call.Get(text) && given.FirstOrDefault(payload => EventLines.ProblemOf(payload) is not null) is { } broken)
                return call.Terminal.Fail(ExitCode.BadUsage,
                    $"The payload {broken} is {EventLines.ProblemOf(broken)}. Nothing was sent. Put JSON in quotes for the shell, "
                        + "such as '{\"amount\": 5}', or send it as text with --text.");
            if (path is not null and not "-" && !File.Exists(path))
                return call.Terminal.Fail(ExitCode.BadUsage, $"--file {path}: the file does not exist.");
            if (call.Get(key) is { } ofKey)
                template["key"] = ofKey;
            if (call.Get(type) is { } ofType)
                template["type"] = ofType;
            foreach (var attribute in call.Get(attributes) ?? [])
            {
                if (attribute.Split('=', 2) is not [{ Length: > 0 } name, var value])
                    return call.Terminal.Fail(ExitCode.BadUsage, $"--attribute {attribute}: expected NAME=VALUE, such as region=eu.");
                (template["attributes"] ??= new JsonObject())[name] = value;
            }

            var prefix = call.Get(idPrefix) ?? Guid.CreateVersion7(time.GetUtcNow()).ToString();
            var import = new Import(call.Client, call.Get(topic), call.Get(retryFor), time);
            var began = time.GetTimestamp();
            ExitCode ended;
            if (given.Length > 0)
            {
                ended = await import.RunAsync(
                    EventLines.OfPayloads(given, call.Get(text), template, call.Get(id), prefix).ToAsyncEnumerable(), call, null);
            }
            else
            {
                await using var input = path is null or "-" ? standardInput ?? Console.OpenStandardInput() : File.OpenRead(path);
                var lines = EventLines.ReadAsync(input, prefix, call.Get(skip), call.Cancel);
                ended = await ImportProgress.ShowAsync(
                    path is null or "-" ? null : input.Length, call.Terminal.Json, progress => import.RunAsync(lines, call, progress));
            }
            // With --file, an empty input can be meant. A command without payloads and without a file more likely lacks its payload.
            if (import is { Complete: true, Tally.IsEmpty: true } && path is null && call.Get(skip) == 0)
                return call.Terminal.Fail(
                    ExitCode.BadUsage, "Nothing was sent: there are no payloads, and the standard input had no events.");
            // A refusal of the whole request says all, and a summary of nothing would be beside it.
            if (import.Complete || !import.Tally.IsEmpty)
                Summarise(call.Terminal, import, time.GetElapsedTime(began), showsIds: given.Length > 0);
            if (import.Tally.Ids is [var first, ..] && !call.Terminal.Json)
                call.Terminal.Error.WriteLine($"See: {OwnCommand.With($"events get {call.Get(topic)} {Shell.Quote(first)}")}"
                    + (call.Get(key) is { } known ? $" --key {Shell.Quote(known)}" : ""));
            if (!import.Complete && given.Length == 0)
                call.Terminal.Error.WriteLine(
                    $"Stopped before the end. Continue with: {OwnCommand.With($"publish {call.Get(topic)}")} "
                        + $"--file {Shell.Quote(path ?? "-")} "
                        + $"--skip {Math.Max(import.Tally.LastLine, call.Get(skip))} --id-prefix {Shell.Quote(prefix)}");
            return ended;
        });
    }

    /// <param name="showsIds">Of events on the command line; those of a file are in the file, or follow from its lines.</param>
    private static void Summarise(Terminal terminal, Import import, TimeSpan took, bool showsIds)
    {
        var tally = import.Tally;
        if (terminal.Json)
        {
            terminal.Out.WriteLine(new JsonObject
            {
                ["accepted"] = tally.Accepted,
                ["duplicates"] = tally.Duplicates,
                ["refused"] = tally.Refused,
                ["complete"] = import.Complete,
                ["lastLine"] = tally.LastLine,
                ["ids"] = showsIds ? new JsonArray([.. tally.Ids.Select(id => (JsonNode)id)]) : null,
                ["problems"] = new JsonArray([.. tally.Problems.Select(problem => new JsonObject { ["line"] = problem.Line, ["detail"] = problem.Detail })]),
            }.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
            return;
        }
        terminal.Out.WriteLine($"accepted {tally.Accepted}, duplicates {tally.Duplicates}, refused {tally.Refused} in {took.TotalSeconds:0.0} s");
        foreach (var id in showsIds ? tally.Ids : [])
            terminal.Out.WriteLine(ForeignText.OneLine(id));
        foreach (var (line, detail) in tally.Problems)
            terminal.Error.WriteLine(ForeignText.OneLine($"line {line}: {detail}"));
        if (tally.Refused > tally.Problems.Count)
            terminal.Error.WriteLine($"… and {tally.Refused - tally.Problems.Count} more.");
    }
}
