using System.ComponentModel;
using System.Diagnostics;

namespace Herald.TestKit.Node;

/// <summary>
/// A Node script beside the built tests, in its own process, with the packages that its lock file names. Tests write lines to it and read
/// lines from it.
/// </summary>
public sealed class NodeScript : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Process _process;

    private NodeScript(Process process) => _process = process;

    /// <param name="folder">
    /// The folder of the script, its <c>package.json</c> and its lock file, below the folder of the built tests.
    /// </param>
    /// <exception cref="NodeMissingException">Node is missing, or its packages cannot be installed.</exception>
    public static async Task<NodeScript> StartAsync(string folder, string script, params string[] arguments)
    {
        var full = Path.Combine(AppContext.BaseDirectory, folder);
        try
        {
            await InstallAsync(full);
            return new NodeScript(Start(full, "node", [script, .. arguments]));
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException)
        {
            throw new NodeMissingException(e.Message, e);
        }
    }

    public async Task WriteLineAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    /// <exception cref="InvalidOperationException">The script has ended. The message holds its error output.</exception>
    public async Task<string> ReadLineAsync(CancellationToken cancel = default) =>
        await _process.StandardOutput.ReadLineAsync(cancel) ?? throw new InvalidOperationException(await _process.StandardError.ReadToEndAsync(cancel));

    /// <summary>Closes the script's input, which ends the script. Kills it when it does not end.</summary>
    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        await _process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    private static async Task InstallAsync(string folder)
    {
        // npm writes this file last. It shows that the installed packages match the lock file.
        var installed = Path.Combine(folder, "node_modules", ".package-lock.json");
        if (File.Exists(installed) && File.GetLastWriteTimeUtc(installed) >= File.GetLastWriteTimeUtc(Path.Combine(folder, "package-lock.json")))
            return;
        using var npm = Start(folder, "npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"]);
        npm.StandardInput.Close();
        var error = npm.StandardError.ReadToEndAsync();
        var output = await npm.StandardOutput.ReadToEndAsync();
        await npm.WaitForExitAsync();
        if (npm.ExitCode != 0)
            throw new InvalidOperationException($"npm ci ended with {npm.ExitCode}: {output}{await error}".ReplaceLineEndings(" "));
    }

    private static Process Start(string folder, string program, string[] arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        WorkingDirectory = folder,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
