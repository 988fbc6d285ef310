using System.Net.Sockets;
using System.Security.Cryptography;
using Herald.Client;
using Herald.Hosting.Commands;

namespace Herald.Lab.Catchers;

/// <summary>
/// One run of <c>herald catcher</c>: starts the catchers, keeps them registered until Ctrl-C, releases their customers, and prints a
/// summary.
/// </summary>
internal sealed class CatcherRun(CatcherOptions options, ClientCall call, TimeProvider time)
{
    private readonly List<Catcher> _catchers = [];

    public async Task<ExitCode> RunAsync()
    {
        try
        {
            if (await StartAsync() is { } problem)
                return problem;
            call.Terminal.Error.WriteLine(
                $"Listening at {string.Join(", ", _catchers.Select(catcher => catcher.Endpoint))}. Press Ctrl-C to stop.");
            var refusal = options.Registers ? await RegisterAsync() : await WaitAsync();
            var ended = CatcherSummary.Print(call.Terminal, _catchers);
            return refusal is null ? ended : await call.ShowAsync(refusal, "");
        }
        finally
        {
            foreach (var catcher in _catchers)
                await catcher.DisposeAsync();
        }
    }

    private async Task<ExitCode?> StartAsync()
    {
        for (var number = 1; number <= options.Count; number++)
        {
            var port = options.Port == 0 ? 0 : options.Port + number - 1;
            var catcher = new Catcher(
                number, port, options.Secret ?? (options.Registers ? NewSecret() : null),
                new Misbehaviour(options.Schedule, options.Latency, time, new Random(options.Seed + number)),
                Caught, () => CatcherMetrics.Write(_catchers), time);
            _catchers.Add(catcher);
            try
            {
                await catcher.StartAsync(call.Cancel);
            }
            catch (Exception taken) when (taken is IOException or SocketException)
            {
                return call.Terminal.Fail(ExitCode.Failed, $"--port {port}: {taken.Message}");
            }
        }
        return null;
    }

    private static string NewSecret() => "whsec_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <returns>Herald's answer when it refuses.</returns>
    private async Task<Reply?> RegisterAsync()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(call.Cancel);
        var registrars = _catchers.ConvertAll(catcher => new Registrar(
            catcher, new RegistrationClient(call.Client, catcher.Endpoint, catcher.Secret!, options.Window, time),
            call.Terminal.Error.WriteLine, time, new Random(options.Seed - catcher.Number)).RunAsync(stop.Token));
        // If one registrar is refused, all are. Otherwise they all end when the run is cancelled.
        var refusal = await await Task.WhenAny(registrars);
        await stop.CancelAsync();
        await Task.WhenAll(registrars);
        return refusal;
    }

    private async Task<Reply?> WaitAsync()
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = call.Cancel.Register(stopped.SetResult);
        await stopped.Task;
        return null;
    }

    private void Caught(Catch caught)
    {
        if (options.Prints && !caught.Answer.Fails)
            WebhookPrinter.Print(caught.Webhook, call.Terminal);
    }
}
