using System.CommandLine;
using Herald.Alarms.Commands;
using Herald.Hosting.Commands;
using Herald.Nats;
using Herald.Nats.Clusters;
using Microsoft.Extensions.Logging.Abstractions;

namespace Herald.Lab.Alarms;

/// <summary><c>herald alarms verify</c>: checks that a running service works.</summary>
public static class AlarmsVerifyCommand
{
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(10);

    public static Command Create(TimeProvider time)
    {
        var nats = new NatsOptionSet();
        var patience = Duration.Option("--within", "How long to wait for each digest.", TimeSpan.FromSeconds(10));
        var command = new ExampleCommand(
            "verify", "Checks a running service: sends changes of alarms of a test user over NATS, and checks the digests.",
            "herald alarms verify", "herald alarms verify --nats nats://10.0.0.7:4222 --within 30s");
        nats.AddTo(command);
        command.Options.Add(patience);
        command.SetAction(async (parsed, cancel) =>
        {
            var terminal = Terminal.Of(parsed);
            return (int)await RunAsync(nats, parsed, parsed.GetValue(patience), terminal, time, cancel);
        });
        return command;
    }

    private static async Task<ExitCode> RunAsync(
        NatsOptionSet nats, ParseResult parsed, TimeSpan patience, Terminal terminal, TimeProvider time, CancellationToken cancel)
    {
        ConnectionOptions options;
        try
        {
            options = nats.Read(parsed);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return terminal.Fail(ExitCode.BadUsage, failure.Message);
        }
        await using var connection = ClusterConnection.Begin(options, time, NullLogger.Instance);
        try
        {
            await connection.WhenConnectedAsync(cancel).WaitAsync(ConnectPatience, time, cancel);
            var user = $"smoke-{Guid.CreateVersion7(time.GetUtcNow()):N}";
            var test = new SmokeTest(
                connection, new AlarmPublisher(connection, nats.HasStream(parsed), patience, time), user, patience, terminal.Out.WriteLine,
                time);
            if (await test.RunAsync(cancel) is { } wrong)
                return terminal.Fail(ExitCode.Failed, wrong);
            terminal.Out.WriteLine("Smoke test passed");
            return ExitCode.Ok;
        }
        catch (TimeoutException)
        {
            return terminal.Fail(ExitCode.NotReachable, $"No NATS answers at {nats.Servers(parsed)}: {connection.Trouble}");
        }
        catch (NatsException failure)
        {
            return terminal.Fail(ExitCode.Failed,
                $"{failure.Message} If the server has no JetStream, use {NatsOptionSet.NoStreamOption}. "
                    + $"Otherwise `{OwnCommand.With("alarms serve")}` creates the stream.");
        }
    }
}
