using System.ComponentModel;
using System.Diagnostics;

namespace Herald.Email.Tests.Independent;

/// <summary>A Python script beside the built tests, in its own process. Tests write lines to it and read lines from it.</summary>
internal sealed class PythonScript : IAsyncDisposable
{
    private readonly Process _process;

    private PythonScript(Process process) => _process = process;

    /// <summary>Skips the test when no Python on this machine has the module. In CI a skipped test is a failure.</summary>
    public static async Task<PythonScript> StartAsync(string module, string script, params string[] arguments)
    {
        // A package of the distribution is in the distribution's Python, which need not be the first in PATH.
        foreach (var program in (string[])["/usr/bin/python3", "python3"])
        {
            if (await HasAsync(program, module))
                return new(Start(program, [Path.Combine(AppContext.BaseDirectory, "Independent", script), .. arguments]));
        }
        Assert.Skip($"MAILS WERE NOT JUDGED by {module}: there is no python3 with it here. Install python3-aiosmtpd.");
        throw new UnreachableException();
    }

    public async Task WriteLineAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    public async Task<string> ReadLineAsync() =>
        await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken)
        ?? throw new InvalidOperationException(await _process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10), TimeProvider.System);
        await _process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    private static async Task<bool> HasAsync(string program, string module)
    {
        try
        {
            using var process = Start(program, ["-c", $"import {module}"]);
            process.StandardInput.Close();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    private static Process Start(string program, string[] arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
