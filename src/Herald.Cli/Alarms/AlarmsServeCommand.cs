using System.CommandLine;
using System.CommandLine.Parsing;
using Herald.Alarms;
using Herald.Alarms.Reading;
using Herald.Cli.CommandLine;
using Herald.Cli.Serving;

namespace Herald.Cli.Alarms;

/// <summary><c>herald alarms serve</c>: a server with the alarms application, with the settings of <c>herald serve</c>.</summary>
internal static class AlarmsServeCommand
{
    public static Command Create(TimeProvider time)
    {
        var nats = new NatsOptionSet();
        var forgetAfter = Duration.Option("--forget-after", "How long cleared alarms, and users who are silent, are remembered.", new AlarmsOptions().ForgetAfter);
        var emptyDigest = new Option<bool>("--empty-digest") { Description = "Answer a request with nothing due with a digest of no alarms." };
        var maxAlarms = new Option<int>("--max-alarms-per-user") { Description = "Alarms that are remembered of one user.", HelpName = "N", DefaultValueFactory = _ => new AlarmsOptions().MaxAlarmsPerUser };
        var application = new ServedApplication
        {
            Applications = parsed => [new AlarmsApplication(Options(parsed))],
            Parts = (parsed, _) => [new AlarmsPart(Options(parsed), NatsOptionSet.Cluster)],
            ReaderOf = topic => topic == AlarmEvents.Topic ? new AlarmReader() : null,
            // What comes is told at once: a batch is what has come while the one before it was saved.
            Defaults = new Dictionary<string, string> { ["nats.group"] = "herald-alarms", ["nats.batchEvents"] = "4096", ["nats.batchWait"] = "2ms" },
            Settings = nats.Settings,
        };
        var command = ServeCommand.Create(
            "Runs a server with the alarms application. SIGTERM or Ctrl-C stops it cleanly; a second one ends it at once.", application, time,
            "herald alarms serve --nats nats://127.0.0.1:4222", "herald alarms serve --nats nats://127.0.0.1:4222 --no-stream",
            "herald alarms serve --nats nats://a:4222,b:4222,c:4222 --replicas 3 --store postgres --connection postgres://herald@127.0.0.1/herald");
        nats.AddTo(command);
        nats.AddStreamTo(command);
        foreach (var option in (Option[])[forgetAfter, emptyDigest, maxAlarms])
            command.Options.Add(option);
        forgetAfter.Validators.Add(result => Check(result, new AlarmsOptions { ForgetAfter = result.GetValueOrDefault<Duration>() }));
        maxAlarms.Validators.Add(result => Check(result, new AlarmsOptions { MaxAlarmsPerUser = result.GetValueOrDefault<int>() }));
        return command;

        static void Check(OptionResult result, AlarmsOptions options)
        {
            foreach (var problem in options.Check())
                result.AddError($"{result.Option.Name} {problem.Value}: {problem.Rule}");
        }

        AlarmsOptions Options(ParseResult parsed) => new()
        {
            ForgetAfter = parsed.GetValue(forgetAfter),
            EmptyDigest = parsed.GetValue(emptyDigest),
            MaxAlarmsPerUser = parsed.GetValue(maxAlarms),
        };
    }
}
