using System.Diagnostics;

namespace Herald.Cli.Serving;

/// <summary>
/// A Herald of its own process, on a free port: this executable, run with <c>serve</c>. It ends with the process that started it,
/// however that ends, because it watches its standard input.
/// </summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const int KeptLines = 50;
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(30);
    private readonly Process _process;
    private readonly TimeProvider _time;
    private readonly Queue<string> _lastLines = new();
    private readonly Lock _lastLinesLock = new();
    private readonly TaskCompletionSource<Uri> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServerProcess(Process process, TimeProvider time) => (_process, _time) = (process, time);

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = null!;
    public int Id => _process.Id;
    public bool HasExited => _process.HasExited;
    public int ExitCode => _process.ExitCode;
    public Task ExitedAsync(CancellationToken cancel) => _process.WaitForExitAsync(cancel);

    /// <summary>The end of what it printed, to show when it failed.</summary>
    public string LastOutput
    {
        get
        {
            lock (_lastLinesLock)
                return string.Join(Environment.NewLine, _lastLines);
        }
    }

    /// <param name="arguments">What follows <c>serve</c>.</param>
    /// <exception cref="ServerProcessException">It ended, or was not ready in time.</exception>
    public static async Task<ServerProcess> StartAsync(IEnumerable<string> arguments, TimeProvider time, CancellationToken cancel)
    {
        var start = new ProcessStartInfo { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        (start.FileName, var before) = Executable();
        // Only what is said here counts, not what the user has set for a server of theirs.
        foreach (var variable in start.Environment.Keys.Where(name => name.StartsWith("HERALD_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(variable);
        foreach (var argument in (string[])[.. before, "serve", .. arguments, ServeCommand.UntilInputEndsOption])
            start.ArgumentList.Add(argument);
        var server = new ServerProcess(new Process { StartInfo = start, EnableRaisingEvents = true }, time);
        server._process.OutputDataReceived += (_, line) => server.OnLine(line.Data);
        server._process.ErrorDataReceived += (_, line) => server.OnLine(line.Data);
        server._process.Exited += (_, _) => server._ready.TrySetException(new ServerProcessException("The server has ended before it was ready."));
        server._process.Start();
        server._process.BeginOutputReadLine();
        server._process.BeginErrorReadLine();
        try
        {
            server.Address = await server._ready.Task.WaitAsync(StartPatience, time, cancel);
            return server;
        }
        catch (Exception failure)
        {
            await server.DisposeAsync();
            if (failure is OperationCanceledException)
                throw;
            throw new ServerProcessException($"{failure.Message}{Environment.NewLine}{server.LastOutput}");
        }
    }

    /// <summary>Asks for a clean stop and waits for it; what does not stop in time is killed.</summary>
    public async Task StopAsync()
    {
        if (_process.HasExited)
            return;
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(StopPatience, _time);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            await KillAsync();
        }
    }

    /// <summary>Ends it on the spot, as a crash would.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process.Dispose();
    }

    private void OnLine(string? line)
    {
        if (line is null)
            return;
        lock (_lastLinesLock)
        {
            if (_lastLines.Count == KeptLines)
                _lastLines.Dequeue();
            _lastLines.Enqueue(line);
        }
        if (line.StartsWith(ServeCommand.ReadyLine, StringComparison.Ordinal) && Uri.TryCreate(line[ServeCommand.ReadyLine.Length..], UriKind.Absolute, out var address))
            _ready.TrySetResult(address);
    }

    /// <summary>The <c>herald</c> beside this library: a test runs it from its own folder.</summary>
    private static (string File, string[] Before) Executable()
    {
        var native = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "herald.exe" : "herald");
        return File.Exists(native) ? (native, []) : ("dotnet", [Path.Combine(AppContext.BaseDirectory, "herald.dll")]);
    }
}
