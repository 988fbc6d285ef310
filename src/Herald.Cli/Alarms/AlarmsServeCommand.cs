using System.CommandLine;
using Herald.Alarms;
using Herald.Alarms.Readers;
using Herald.Cli.Serve;
using Herald.Lab.Alarms;
using Herald.Server.Settings;

namespace Herald.Cli.Alarms;

/// <summary><c>herald alarms serve</c>: a server with the alarms application, with the settings of <c>herald serve</c>.</summary>
internal static class AlarmsServeCommand
{
    public static Command Create(TimeProvider time) => ServeCommand.Create(
        "Runs a server with the alarms application. SIGTERM or Ctrl-C stops it cleanly; a second signal ends it at once.",
        Application(), time,
        "herald alarms serve --nats nats://127.0.0.1:4222", "herald alarms serve --nats nats://127.0.0.1:4222 --no-stream",
        "herald alarms serve --nats nats://a:4222,b:4222,c:4222 --replicas 3 --store postgres --connection postgres://herald@127.0.0.1/herald");

    public static ServedApplication Application()
    {
        var nats = new NatsOptionSet();
        return new()
        {
            CommandLine = "herald alarms",
            Applications = options => [new AlarmsApplication(options.Get<AlarmsOptions>())],
            Parts = (options, _) => [new AlarmsPart(options.Get<AlarmsOptions>(), NatsOptionSet.Cluster)],
            ReaderOf = topic => topic == AlarmEvents.Topic ? new AlarmReader() : null,
            Settings = ServerSections.All.With(AlarmsSection.Settings),
            // Messages are processed at once: a batch contains the messages that came while the batch before it was saved.
            Defaults = new Dictionary<string, string> { ["nats.group"] = "herald-alarms", ["nats.batchEvents"] = "4096", ["nats.batchWait"] = "2ms" },
            AddOptions = command =>
            {
                nats.AddTo(command);
                nats.AddStreamTo(command);
            },
            Given = nats.Settings,
        };
    }
}
