using System.CommandLine;
using System.Net.Sockets;
using Herald.Client;

namespace Herald.Hosting.Commands;

/// <summary>A command that sends requests to a running Herald.</summary>
public sealed class ClientCommand : ExampleCommand
{
    public ClientCommand(string name, string description, params string[] examples) : base(name, description, examples) =>
        Options.Add(CommonOptions.Server);

    /// <summary>Sets the action of the command. Its exceptions about missing answers become exit codes here, and only here.</summary>
    public ClientCommand Runs(Func<ClientCall, Task<ExitCode>> run)
    {
        SetAction(async (parsed, cancel) => (int)await RunAsync(run, parsed, cancel));
        return this;
    }

    private static async Task<ExitCode> RunAsync(Func<ClientCall, Task<ExitCode>> run, ParseResult parsed, CancellationToken cancel)
    {
        var console = parsed.InvocationConfiguration;
        var terminal = new Terminal(console.Output, console.Error, parsed.GetValue(CommonOptions.Json));
        var server = parsed.GetValue(CommonOptions.Server)!;
        string? token = null;
        if (CommonOptions.TokenFileOf(parsed) is { } file)
        {
            if (!file.Exists)
                return terminal.Fail(ExitCode.BadUsage, $"--token-file {file.FullName}: the file does not exist.");
            token = (await File.ReadAllTextAsync(file.FullName, cancel)).Trim();
        }
        using var client = new HeraldClient(server, token);
        try
        {
            return await run(new ClientCall(parsed, client, terminal, cancel));
        }
        catch (HttpRequestException failure)
        {
            return terminal.Fail(ExitCode.NotReachable,
                $"No Herald answers at {server}: {Reason(failure)}. Start it with `herald serve`, or give its address with --server.");
        }
        catch (TaskCanceledException failure) when (failure.InnerException is TimeoutException)
        {
            return terminal.Fail(ExitCode.NotReachable, $"Herald at {server} did not answer in time.");
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
    }

    private static string Reason(HttpRequestException failure) =>
        failure.InnerException is SocketException socket ? socket.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => "connection refused",
            SocketError.HostNotFound => "unknown host",
            _ => socket.Message,
        } : failure.Message;
}
