using System.Diagnostics;
using Herald.Hosting.Commands;
using Herald.TestKit.Network;
using Herald.TestKit.Traces;

namespace Herald.Soak.Worlds;

/// <summary>
/// One node, which can be ended and started again. Its address, its connection to the database and its clock stay the same. It ends when
/// its input ends, which also happens when this process ends.
/// </summary>
internal sealed class SoakNode(string name, string[] arguments, FaultProxy database, NodeClock? clock, string log, TimeProvider time)
    : IAsyncDisposable
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromMinutes(2), StartPatience = TimeSpan.FromMinutes(2);
    private readonly Lock _gate = new();
    private readonly StreamWriter _log = new(log) { AutoFlush = true };
    private Process? _process;
    private TaskCompletionSource<Uri> _ready = new();
    private volatile bool _isMeantToRun;

    public string Name => name;
    public FaultProxy Database => database;
    public NodeClock? Clock => clock;
    public Uri? Address { get; private set; }

    /// <summary>The node listens, and the soak has not ended it.</summary>
    public bool IsRunning => _isMeantToRun && _process is { HasExited: false };

    /// <summary>The node has ended by itself.</summary>
    public bool HasFailed => _isMeantToRun && _process is { HasExited: true };

    /// <exception cref="SoakException">The node ended, or did not get ready.</exception>
    public async Task StartAsync(CancellationToken cancel)
    {
        var process = new Process { StartInfo = Command(), EnableRaisingEvents = true };
        var ready = _ready = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        process.OutputDataReceived += (_, line) => Take(line.Data, ready);
        process.ErrorDataReceived += (_, line) => Take(line.Data, null);
        process.Exited += (_, _) => ready.TrySetException(new SoakException(null, $"{name} ended before it was ready; see {log}."));
        _process?.Dispose();
        _process = process;
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            Address = await ready.Task.WaitAsync(StartPatience, time, cancel);
            _isMeantToRun = true;
        }
        catch (Exception failure) when (failure is not SoakException)
        {
            process.Kill();
            throw failure is TimeoutException ? new SoakException(null,
                $"{name} was not ready after {StartPatience}; see {log}.") : failure;
        }
    }

    /// <summary>Kills the node at once.</summary>
    public async Task KillAsync()
    {
        _isMeantToRun = false;
        _process!.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>Stops the node with SIGTERM, and completes when it has ended.</summary>
    /// <exception cref="SoakException">The node does not end in time.</exception>
    public async Task StopAsync()
    {
        _isMeantToRun = false;
        Signal.Terminate(_process!.Id);
        using var patience = new CancellationTokenSource(StopPatience, time);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            throw new SoakException(null, $"{name} did not stop within {StopPatience} after SIGTERM; see {log}.");
        }
    }

    public void StandStill() => Signal.Stop(_process!.Id);

    public void GoOn() => Signal.Continue(_process!.Id);

    public async ValueTask DisposeAsync()
    {
        _isMeantToRun = false;
        if (_process is { } process)
        {
            if (!process.HasExited)
            {
                GoOn();
                process.Kill();
                await process.WaitForExitAsync();
            }
            process.Dispose();
        }
        await database.DisposeAsync();
        lock (_gate)
            _log.Dispose();
    }

    private ProcessStartInfo Command()
    {
        var start = new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, "herald"),
            ["serve", .. arguments, "--listen", Address?.Authority ?? "127.0.0.1:0", ServeProtocol.UntilInputEndsOption])
        { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        // Only the given arguments must count, not the settings of a server that the user has in the environment.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("HERALD_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        clock?.Prepare(start);
        return start;
    }

    private void Take(string? line, TaskCompletionSource<Uri>? ready)
    {
        if (line is null)
            return;
        lock (_gate)
        {
            if (_log.BaseStream is { CanWrite: true })
                _log.WriteLine(line);
        }
        if (line.StartsWith(ServeProtocol.ReadyLine, StringComparison.Ordinal))
            ready?.TrySetResult(new Uri(line[ServeProtocol.ReadyLine.Length..]));
    }
}
