using System.CommandLine;
using Herald.Cli.Configuration;
using Herald.Hosting.Commands;
using Herald.Lab.Alarms;

namespace Herald.Cli.Alarms;

/// <summary><c>herald alarms</c>: all commands of the alarms application.</summary>
internal static class AlarmsCommand
{
    public static Command Create(TimeProvider time) => new ExampleCommand(
        "alarms", "The alarms application: reads changes of alarms from NATS, and sends each user a digest of the new ones on request.",
        "herald alarms serve --nats nats://127.0.0.1:4222", "herald alarms verify --nats nats://127.0.0.1:4222", "herald alarms show alice")
    {
        AlarmsServeCommand.Create(time),
        ConfigCommand.Create(AlarmsServeCommand.Application()),
        AlarmsShowCommand.Create(),
        AlarmsVerifyCommand.Create(time),
    };
}
