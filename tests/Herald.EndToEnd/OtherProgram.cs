using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Herald.EndToEnd;

/// <summary>
/// A program that is not Herald's, in a folder of its own. Its output is kept for messages. It is killed in the end, with all processes that
/// it has started.
/// </summary>
internal sealed class OtherProgram : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private OtherProgram(Process process) => _process = process;

    public bool HasExited => _process.HasExited;

    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <returns>Null when this machine does not have the program.</returns>
    public static OtherProgram? TryStart(
        string folder, string program, IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        var process = new Process { StartInfo = start };
        var own = new OtherProgram(process);
        process.OutputDataReceived += (_, line) => own.Keep(line.Data);
        process.ErrorDataReceived += (_, line) => own.Keep(line.Data);
        try
        {
            process.Start();
        }
        catch (Win32Exception)
        {
            process.Dispose();
            return null;
        }
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return own;
    }

    /// <returns>The exit code, when the program has ended.</returns>
    public async Task<int> EndAsync(CancellationToken cancel)
    {
        await _process.WaitForExitAsync(cancel);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is null)
            return;
        lock (_output)
            _output.AppendLine(line);
    }
}
