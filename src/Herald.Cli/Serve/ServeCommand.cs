using System.CommandLine;
using Herald.Cli.Configuration;
using Herald.Hosting;
using Herald.Hosting.Commands;
using Herald.Hosting.Modules;
using Herald.Hosting.Settings;
using Herald.Server;
using Microsoft.Extensions.Logging;

namespace Herald.Cli.Serve;

/// <summary><c>herald serve</c>: runs a server until it is stopped.</summary>
internal static class ServeCommand
{
    /// <param name="application">The application of <c>herald NAME serve</c>; null for <c>herald serve</c>.</param>
    public static Command Create(ModuleSet modules, TimeProvider time, IApplicationModule? application = null)
    {
        var untilInputEnds = new Option<bool>(ServeProtocol.UntilInputEndsOption) { Description = "Stop when the standard input ends.", Hidden = true };
        var logLevel = new Option<LogLevel>("--log-level")
        {
            Description = "Messages of this level and above are logged, to the error output: Trace, Debug, "
                + "Information, Warning, Error, Critical or None.",
            HelpName = "LEVEL",
            DefaultValueFactory = _ => LogLevel.Information,
        };
        var command = new ExampleCommand(
            "serve",
            $"Runs a server{(application is null ? "" : $" with the {application.Name} application")}. SIGTERM or Ctrl-C stops it cleanly; "
                + "a second signal ends it at once.",
            application is null
                ?
                [
                    "herald serve",
                    "herald serve --data /var/lib/herald --listen 0.0.0.0:8090 --token-file /etc/herald/token",
                    .. modules.Applications.Any()
                        ? (string[])[$"herald serve --with {string.Join(',', modules.Applications.Select(one => one.Name))}"]
                        : [],
                ]
                : [$"herald {application.Name} serve", .. application.ServeExamples])
        { logLevel, untilInputEnds };
        var settings = new SettingOptions(command, modules, application);
        command.SetAction(async (parsed, cancel) =>
        {
            var terminal = Terminal.Of(parsed);
            return (int)await RunAsync(settings.Load(parsed), modules, parsed.GetValue(logLevel), parsed.GetValue(untilInputEnds), terminal, time, cancel);
        });
        return command;
    }

    private static async Task<ExitCode> RunAsync(
        LoadedSettings settings, ModuleSet modules, LogLevel level, bool untilInputEnds, Terminal terminal, TimeProvider time,
        CancellationToken stop)
    {
        if (settings.Errors.Count > 0)
            return terminal.Fail(ExitCode.BadUsage, string.Join(Environment.NewLine, settings.Errors));
        try
        {
            using var logging = ErrorLog.Create(level, terminal.Json);
            var setup = new ServerSetup { Modules = modules, Options = settings.Options, Time = time, Logging = logging };
            await using var server = await HeraldServer.StartAsync(setup, stop);
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
