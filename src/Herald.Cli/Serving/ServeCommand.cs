using System.CommandLine;
using Herald.Cli.CommandLine;
using Herald.Cli.Configuration;
using Herald.Cli.Processes;
using Herald.Server;
using Herald.Server.Settings;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Herald.Cli.Serving;

/// <summary><c>herald serve</c>: runs a server until it is told to stop.</summary>
internal static class ServeCommand
{
    /// <summary>What the line begins with that says where the server listens, once it does.</summary>
    public const string ReadyLine = "Herald is ready at ";

    /// <summary>For servers started by a program: stop when the standard input ends, as it does when that program is no more.</summary>
    public const string UntilInputEndsOption = "--until-input-ends";

    public static Command Create(TimeProvider time) => Create(
        "Runs a server. SIGTERM or Ctrl-C stops it cleanly; a second one ends it at once.", _ => [], time,
        "herald serve", "herald serve --data /var/lib/herald --listen 0.0.0.0:8090 --token-file /etc/herald/token");

    /// <summary>Runs a server that has an application in it.</summary>
    /// <param name="parts">Makes the application's parts, with where they log.</param>
    public static Command Create(string description, Func<ILoggerFactory, IReadOnlyList<IServerPart>> parts, TimeProvider time, params string[] examples)
    {
        var untilInputEnds = new Option<bool>(UntilInputEndsOption) { Description = "Stop when the standard input ends.", Hidden = true };
        var logLevel = new Option<LogLevel>("--log-level")
        {
            Description = "The least that is logged, to the error output.",
            HelpName = "LEVEL",
            DefaultValueFactory = _ => LogLevel.Information,
        };
        var command = new ExampleCommand("serve", description, examples) { logLevel, untilInputEnds };
        var settings = new SettingOptions(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var console = parsed.InvocationConfiguration;
            var terminal = new Terminal(console.Output, console.Error, parsed.GetValue(CommonOptions.Json));
            return (int)await RunAsync(settings.Load(parsed), parts, parsed.GetValue(logLevel), parsed.GetValue(untilInputEnds), terminal, time, cancel);
        });
        return command;
    }

    private static async Task<ExitCode> RunAsync(
        ServerSettings settings, Func<ILoggerFactory, IReadOnlyList<IServerPart>> parts, LogLevel level, bool untilInputEnds, Terminal terminal, TimeProvider time, CancellationToken stop)
    {
        if (settings.Errors.Count > 0)
            return terminal.Fail(ExitCode.BadUsage, string.Join(Environment.NewLine, settings.Errors));
        try
        {
            using var logging = Log(level, terminal.Json);
            await using var server = await HeraldServer.StartAsync(settings.Options, new ServerServices { Time = time, Logging = logging, Parts = parts(logging) }, stop);
            terminal.Out.WriteLine($"{ReadyLine}{server.Address}");
            await terminal.Out.FlushAsync(stop);
            var asked = Task.Delay(Timeout.InfiniteTimeSpan, time, stop);
            var ended = await Task.WhenAny(asked, server.Failed, untilInputEnds ? StandardInput.ReadToEndAsync(_ => { }) : asked);
            if (ended == server.Failed)
                return terminal.Fail(ExitCode.Failed, $"Herald cannot go on: {server.Failed.Exception?.GetBaseException().Message ?? "the store has failed"}");
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

    /// <summary>A line an entry, on the error output: the output is for the ready line.</summary>
    private static ILoggerFactory Log(LogLevel level, bool json) => LoggerFactory.Create(logging =>
    {
        logging.SetMinimumLevel(level);
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        if (json)
            logging.AddJsonConsole(line => (line.UseUtcTimestamp, line.TimestampFormat) = (true, "O"));
        else
            logging.AddSimpleConsole(line => (line.SingleLine, line.UseUtcTimestamp, line.TimestampFormat) = (true, true, "yyyy-MM-ddTHH:mm:ss.fffZ "));
    });
}
