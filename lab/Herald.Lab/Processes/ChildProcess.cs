using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Herald.Lab.Processes;

/// <summary>
/// Another process of this executable. Its command reports when it is ready, and stops when its standard input ends. So it ends together
/// with the process that started it, however that one ends.
/// </summary>
public abstract class ChildProcess : IAsyncDisposable
{
    private const int KeptLines = 50;
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(30);
    private readonly Process _process;
    private readonly string _readyLine;
    private readonly TimeProvider _time;
    private readonly Queue<string> _lastLines = new();
    private readonly Lock _lastLinesLock = new();
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="readyLine">The start of the line that it prints once it is ready.</param>
    protected ChildProcess(string name, IEnumerable<string> arguments, string readyLine, TimeProvider time)
    {
        (Name, _readyLine, _time) = (name, readyLine, time);
        var start = new ProcessStartInfo { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        (start.FileName, var before) = Executable();
        // Only the given arguments must count, not the settings of a server that the user has in the environment.
        foreach (var variable in start.Environment.Keys.Where(variable => variable.StartsWith("HERALD_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(variable);
        foreach (var argument in (string[])[.. before, .. arguments])
            start.ArgumentList.Add(argument);
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Exited += (_, _) => OnExited();
    }

    /// <summary>The name that people read: the server, the receiver.</summary>
    public string Name { get; }
    public int Id => _process.Id;
    public bool HasExited => _process.HasExited;
    public int ExitCode => _process.ExitCode;
    public Task ExitedAsync(CancellationToken cancel) => _process.WaitForExitAsync(cancel);

    /// <summary>The last lines of its output, to show when it fails.</summary>
    public string LastOutput
    {
        get
        {
            lock (_lastLinesLock)
                return string.Join(Environment.NewLine, _lastLines);
        }
    }

    /// <summary>Asks the process to stop and waits. It is killed when it does not stop in time.</summary>
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

    /// <summary>Kills the process at once, as a crash would.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <returns>The rest of the ready line.</returns>
    /// <exception cref="ChildProcessException">The process ended, or was not ready in time. It is disposed then.</exception>
    protected async Task<string> StartAsync(CancellationToken cancel)
    {
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        try
        {
            return await _ready.Task.WaitAsync(StartPatience, _time, cancel);
        }
        catch (Exception failure)
        {
            await DisposeAsync();
            if (failure is OperationCanceledException)
                throw;
            throw new ChildProcessException($"{failure.Message}{Environment.NewLine}{LastOutput}");
        }
    }

    protected Task WriteLineAsync(string line, CancellationToken cancel) => _process.StandardInput.WriteLineAsync(line.AsMemory(), cancel);

    /// <summary>Called for each line of output after it is ready.</summary>
    protected virtual void OnLine(string line) { }

    protected virtual void OnExited() => _ready.TrySetException(new ChildProcessException($"The {Name} ended before it was ready."));

    private void Take(string? line)
    {
        Keep(line);
        if (line is null)
            return;
        if (_ready.Task.IsCompleted)
            OnLine(line);
        else if (line.StartsWith(_readyLine, StringComparison.Ordinal))
            _ready.TrySetResult(line[_readyLine.Length..]);
    }

    private void Keep(string? line)
    {
        if (line is null)
            return;
        lock (_lastLinesLock)
        {
            if (_lastLines.Count == KeptLines)
                _lastLines.Dequeue();
            _lastLines.Enqueue(line);
        }
    }

    /// <summary>
    /// The <c>herald</c> executable in the folder of this library. A test has one in its own folder. The released file is this process
    /// itself, whatever its name is.
    /// </summary>
    private static (string File, string[] Before) Executable()
    {
        if (!RuntimeFeature.IsDynamicCodeSupported)
            return (Environment.ProcessPath!, []);
        var native = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "herald.exe" : "herald");
        return File.Exists(native) ? (native, []) : ("dotnet", [Path.Combine(AppContext.BaseDirectory, "herald.dll")]);
    }
}
