using System.CommandLine;
using System.Net.Sockets;
using Herald.Client;
using Herald.Hosting.Certificates;
using Herald.Hosting.Commands.Problems;

namespace Herald.Hosting.Commands;

/// <summary>A command that sends requests to a running Herald.</summary>
public sealed class ClientCommand : ExampleCommand
{
    public ClientCommand(string name, string description, params string[] examples) : base(name, description, examples)
    {
        Options.Add(CommonOptions.Server);
        Options.Add(CommonOptions.CaFile);
    }

    /// <summary>Sets the action of the command. Its exceptions about missing answers become exit codes here, and only here.</summary>
    public ClientCommand Runs(Func<ClientCall, Task<ExitCode>> run)
    {
        SetAction(async (parsed, cancel) => (int)await RunAsync(run, parsed, cancel));
        return this;
    }

    private static async Task<ExitCode> RunAsync(Func<ClientCall, Task<ExitCode>> run, ParseResult parsed, CancellationToken cancel)
    {
        var terminal = Terminal.Of(parsed);
        var server = parsed.GetValue(CommonOptions.Server)!;
        var (token, origin) = (default(string), default(string));
        if (CommonOptions.TokenFileOf(parsed) is var (file, name))
        {
            origin = $"{name} {file.FullName}";
            if (ClientToken.Read(file, out token) is { } wrong)
                return terminal.Fail(ExitCode.BadUsage, $"{origin}: {wrong}");
        }
        try
        {
            using var client = new HeraldClient(server, token, certificates: TrustedRoots.Read(CommonOptions.CaFileOf(parsed)));
            return await run(new ClientCall(parsed, client, terminal, origin, cancel));
        }
        catch (HttpRequestException failure)
        {
            return terminal.Fail(ExitCode.NotReachable, MissingAnswer.Line(server, failure));
        }
        catch (IOException failure) when (failure is HttpIOException || failure.InnerException is SocketException)
        {
            return terminal.Fail(ExitCode.NotReachable, $"The connection to {server} was cut.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return terminal.Fail(ExitCode.BadUsage, failure.Message);
        }
        catch (TaskCanceledException failure) when (failure.InnerException is TimeoutException)
        {
            return terminal.Fail(ExitCode.NotReachable, $"What listens at {server} did not answer in time. {CommonOptions.WhichServer}");
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
    }
}
