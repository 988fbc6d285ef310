using System.CommandLine;
using System.Globalization;
using Herald.Hosting.Commands;
using Herald.Lab.Benches.Delivery;
using Herald.Lab.Benches.Flow;
using Herald.Lab.Benches.Ingestion;
using Herald.Lab.Benches.Load;
using Herald.Lab.Benches.Traffic;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace Herald.Lab.Benches.Parts;

/// <summary>
/// <c>herald bench-part</c>: the parts that a bench runs in processes of their own. People do not type it, so the help does not list it.
/// </summary>
internal static class PartCommand
{
    public const string Name = "bench-part";

    public static Command Create(TimeProvider time) => new ExampleCommand(Name,
        "Runs a part of a bench until its standard input ends.", $"herald {Name} {RawKestrelName}")
    {
        Hidden = true,
        Subcommands = { RawKestrelCommand(), RawAppendCommand(), GeneratorCommand(time), ReceiverCommand(time), BareSenderCommand(time), BareRelayCommand(time), TrafficCommand(time), KafkaReaderCommand(time) },
    };

    public const string RawKestrelName = "raw-kestrel";
    public const string RawAppendName = "raw-append";
    public const string GeneratorName = "generator";
    public const string ReceiverName = "receiver";
    public const string BareSenderName = "bare-sender";
    public const string BareRelayName = "bare-relay";
    public const string TrafficName = "traffic";
    public const string KafkaReaderName = "kafka-reader";
    public const string AnswerBytesOption = "--answer-bytes";
    public const string FileOption = "--file";
    public const string SecretOption = "--secret";
    public const string TargetOption = "--target";
    public const string SubscriptionsOption = "--subscriptions";

    private static Option<int> AnswerBytes() => new(AnswerBytesOption)
    {
        Description = "The number of bytes of an answer.",
        HelpName = "N",
        DefaultValueFactory = _ => 100,
    };

    private static ExampleCommand RawKestrelCommand()
    {
        var bytes = AnswerBytes();
        return Part(RawKestrelName,
            "Runs Kestrel that reads requests and answers.",
            [bytes], (parsed, cancel) => ServeAsync(new RawKestrel(parsed.GetValue(bytes)), parsed, cancel));
    }

    private static ExampleCommand RawAppendCommand()
    {
        var bytes = AnswerBytes();
        var file = new Option<string>(FileOption) { Description = "The new file to append to.", HelpName = "FILE", Required = true };
        return Part(RawAppendName,
            "Runs Kestrel that reads JSON, appends it to a file, syncs and answers.", [bytes, file], async (parsed, cancel) =>
        {
            using var append = new RawAppend(parsed.GetRequiredValue(file), parsed.GetValue(bytes));
            await ServeAsync(append, parsed, cancel);
        });
    }

    private static ExampleCommand GeneratorCommand(TimeProvider time) => Part(
        GeneratorName, "Sends publish requests for each order on its standard input.", [],
        (parsed, cancel) => PartLoop.RunAsync(
            "", async order => (await LoadSender.RunAsync(LoadOrder.Parse(order), time)).ToJson(), parsed.InvocationConfiguration.Output,
            cancel));

    private static ExampleCommand ReceiverCommand(TimeProvider time)
    {
        var secret = new Option<string>(SecretOption)
        {
            Description = "The secret with which every webhook must be signed.",
            HelpName = "SECRET",
            Required = true,
        };
        var subscriptions = new Option<int>(SubscriptionsOption)
        {
            Description = "The number of subscriptions; the path of each is its number.",
            HelpName = "N",
            Required = true,
        };
        return Part(ReceiverName, "Receives and verifies webhooks, and reports them.", [secret, subscriptions], async (parsed, cancel) =>
        {
            await using var receiver = await CountingReceiver.StartAsync(
                parsed.GetRequiredValue(secret), parsed.GetRequiredValue(subscriptions), time, cancel);
            await PartLoop.RunAsync(
                receiver.Address.ToString(), _ => Task.FromResult(receiver.State().ToJson()), parsed.InvocationConfiguration.Output,
                cancel);
        });
    }

    private static ExampleCommand BareSenderCommand(TimeProvider time) => Part(
        BareSenderName, "Posts the same webhook again and again for each order on its standard input.", [],
        async (parsed, cancel) =>
        {
            using var loop = new BareLoop(time);
            await PartLoop.RunAsync(
                "", async order => (await loop.RunAsync(BareOrder.Parse(order))).ToJson(), parsed.InvocationConfiguration.Output, cancel);
        });

    private static ExampleCommand BareRelayCommand(TimeProvider time)
    {
        var target = new Option<string>(TargetOption)
        {
            Description = "The URL below which the paths 0, 1, 2 … are the endpoints.",
            HelpName = "URL",
            Required = true,
        };
        return Part(BareRelayName,
            "Receives events and posts them to the requested number of endpoints.", [target], async (parsed, cancel) =>
        {
            using var relay = new BareRelay(new Uri(parsed.GetRequiredValue(target)), time);
            var (server, address) = await BareServer.StartAsync(relay, cancel);
            using (server)
                await PartLoop.RunAsync(
                    address,
                    order =>
                    {
                        relay.SendTo(int.Parse(order, CultureInfo.InvariantCulture));
                        return PartLoop.NoAnswer(order);
                    },
                    parsed.InvocationConfiguration.Output, cancel);
        });
    }

    private static ExampleCommand TrafficCommand(TimeProvider time) => Part(
        TrafficName, "Publishes and receives events for each order on its standard input.", [],
        (parsed, cancel) => new TrafficPart(time).RunAsync(parsed.InvocationConfiguration.Output, cancel));

    private static ExampleCommand KafkaReaderCommand(TimeProvider time) => Part(
        KafkaReaderName, "Reads a Kafka topic for each order on its standard input, without keeping the messages.", [],
        (parsed, cancel) => PartLoop.RunAsync(
            "", order => Task.FromResult(new BareReader(time).Run(ReadOrder.Parse(order))), parsed.InvocationConfiguration.Output, cancel));

    private static ExampleCommand Part(
        string name, string description, IReadOnlyList<Option> options, Func<ParseResult, CancellationToken, Task> run)
    {
        var command = new ExampleCommand(name, description, $"herald {Name} {name}");
        foreach (var option in options)
            command.Options.Add(option);
        command.SetAction(async (parsed, cancel) =>
        {
            await run(parsed, cancel);
            return (int)ExitCode.Ok;
        });
        return command;
    }

    private static async Task ServeAsync(IHttpApplication<IFeatureCollection> application, ParseResult parsed, CancellationToken cancel)
    {
        var (server, address) = await BareServer.StartAsync(application, cancel);
        using (server)
            await PartLoop.RunAsync(address, PartLoop.NoAnswer, parsed.InvocationConfiguration.Output, cancel);
    }
}
