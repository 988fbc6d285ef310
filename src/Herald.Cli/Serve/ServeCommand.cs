using System.CommandLine;
using Herald.Cli.Configuration;
using Herald.Hosting;
using Herald.Hosting.Commands;
using Herald.Hosting.Settings;
using Herald.Server;
using Herald.Server.Settings;
using Microsoft.Extensions.Logging;

namespace Herald.Cli.Serve;

/// <summary><c>herald serve</c>: runs a server until it is stopped.</summary>
internal static class ServeCommand
{
    public static Command Create(TimeProvider time) => Create(
        "Runs a server. SIGTERM or Ctrl-C stops it cleanly; a second signal ends it at once.", new ServedApplication(), time,
        "herald serve", "herald serve --data /var/lib/herald --listen 0.0.0.0:8090 --token-file /etc/herald/token");

    /// <summary>Creates the command that runs a server with an application.</summary>
    public static Command Create(string description, ServedApplication application, TimeProvider time, params string[] examples)
    {
        var untilInputEnds = new Option<bool>(ServeProtocol.UntilInputEndsOption) { Description = "Stop when the standard input ends.", Hidden = true };
        var logLevel = new Option<LogLevel>("--log-level")
        {
            Description = "The least severe messages that are logged, to the error output.",
            HelpName = "LEVEL",
            DefaultValueFactory = _ => LogLevel.Information,
        };
        var command = new ExampleCommand("serve", description, examples) { logLevel, untilInputEnds };
        application.AddOptions(command);
        var settings = new SettingOptions(command, application);
        command.SetAction(async (parsed, cancel) =>
        {
            var console = parsed.InvocationConfiguration;
            var terminal = new Terminal(console.Output, console.Error, parsed.GetValue(CommonOptions.Json));
            return (int)await RunAsync(settings.Load(parsed), application, parsed.GetValue(logLevel), parsed.GetValue(untilInputEnds), terminal, time, cancel);
        });
        return command;
    }

    private static async Task<ExitCode> RunAsync(
        LoadedSettings settings, ServedApplication application, LogLevel level, bool untilInputEnds, Terminal terminal, TimeProvider time, CancellationToken stop)
    {
        if (settings.Errors.Count > 0)
            return terminal.Fail(ExitCode.BadUsage, string.Join(Environment.NewLine, settings.Errors));
        try
        {
            using var logging = ErrorLog.Create(level, terminal.Json);
            var options = settings.Options;
            var services = new ServerServices
            {
                Time = time,
                Logging = logging,
                ReaderOf = application.ReaderOf,
                Applications = application.Applications(options),
                Parts = application.Parts(options, logging),
            };
            await using var server = await HeraldServer.StartAsync(ServerSections.Compose(options), services, stop);
            terminal.Out.WriteLine($"{ServeProtocol.ReadyLine}{server.Address}");
            await terminal.Out.FlushAsync(stop);
            var asked = Task.Delay(Timeout.InfiniteTimeSpan, time, stop);
            var ended = await Task.WhenAny(asked, server.Failed, untilInputEnds ? StandardInput.ReadToEndAsync(_ => { }) : asked);
            if (ended == server.Failed)
                return terminal.Fail(ExitCode.Failed,
                    $"Herald cannot continue: {server.Failed.Exception?.GetBaseException().Message ?? "the store has failed"}");
            return ExitCode.Ok;
        }
        catch (ServerStartException refusal)
        {
            return terminal.Fail(ExitCode.Failed, refusal.Message);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return ExitCode.Ok;
        }
    }
}
