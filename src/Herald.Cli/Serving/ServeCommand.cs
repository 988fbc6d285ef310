using System.CommandLine;
using Herald.Cli.CommandLine;
using Herald.Cli.Configuration;
using Herald.Server;
using Herald.Server.Settings;

namespace Herald.Cli.Serving;

/// <summary><c>herald serve</c>: runs a server until it is told to stop.</summary>
internal static class ServeCommand
{
    /// <summary>What the line begins with that says where the server listens, once it does.</summary>
    public const string ReadyLine = "Herald is ready at ";

    /// <summary>For servers started by a program: stop when the standard input ends, as it does when that program is no more.</summary>
    public const string UntilInputEndsOption = "--until-input-ends";

    public static Command Create(TimeProvider time)
    {
        var untilInputEnds = new Option<bool>(UntilInputEndsOption) { Description = "Stop when the standard input ends.", Hidden = true };
        var command = new ExampleCommand(
            "serve", "Runs a server. SIGTERM or Ctrl-C stops it cleanly; a second one ends it at once.",
            "herald serve", "herald serve --data /var/lib/herald --listen 0.0.0.0:8090 --token-file /etc/herald/token")
        { untilInputEnds };
        var settings = new SettingOptions(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var console = parsed.InvocationConfiguration;
            var terminal = new Terminal(console.Output, console.Error, parsed.GetValue(CommonOptions.Json));
            return (int)await RunAsync(settings.Load(parsed), parsed.GetValue(untilInputEnds), terminal, time, cancel);
        });
        return command;
    }

    private static async Task<ExitCode> RunAsync(ServerSettings settings, bool untilInputEnds, Terminal terminal, TimeProvider time, CancellationToken stop)
    {
        if (settings.Errors.Count > 0)
            return terminal.Fail(ExitCode.BadUsage, string.Join(Environment.NewLine, settings.Errors));
        try
        {
            await using var server = await HeraldServer.StartAsync(settings.Options, time, stop);
            terminal.Out.WriteLine($"{ReadyLine}{server.Address}");
            await terminal.Out.FlushAsync(stop);
            var asked = Task.Delay(Timeout.InfiniteTimeSpan, time, stop);
            var ended = await Task.WhenAny(asked, server.Failed, untilInputEnds ? InputEndsAsync() : asked);
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

    private static async Task InputEndsAsync()
    {
        await using var input = Console.OpenStandardInput();
        var ignored = new byte[256];
        while (await input.ReadAsync(ignored) > 0) { }
    }
}
