using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using Herald.TestKit.Receivers;

namespace Herald.Channels.Tests.Webhooks;

/// <summary>The verifiers of others, in a Node process beside the tests; see <c>verifier/verify.mjs</c>.</summary>
public sealed class Verifier : IAsyncLifetime
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "verifier");
    private Process? _process;

    /// <summary>Why it is not there; null when it is.</summary>
    public string? Missing { get; private set; }

    public async ValueTask InitializeAsync()
    {
        try
        {
            await InstallAsync();
            _process = Start("node", "verify.mjs");
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException)
        {
            Missing = $"SIGNATURES WERE NOT CHECKED by independent verifiers: {e.Message}";
            if (Environment.GetEnvironmentVariable("CI") is { Length: > 0 })
                throw new InvalidOperationException(Missing, e);
        }
    }

    /// <returns>What each verifier says, by its name: <c>ok</c> or why not.</returns>
    public async Task<Dictionary<string, string>> JudgeAsync(string secret, ReceivedRequest request)
    {
        var headers = request.Headers.ToDictionary(header => header.Key, header => header.Value);
        await _process!.StandardInput.WriteLineAsync(JsonSerializer.Serialize(new { secret, headers, body = request.BodyText }));
        await _process.StandardInput.FlushAsync();
        var line = await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException(await _process.StandardError.ReadToEndAsync());
        return JsonSerializer.Deserialize<Dictionary<string, string>>(line)!;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is null)
            return;
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static async Task InstallAsync()
    {
        // Written last by npm: what is installed matches the lock.
        var installed = Path.Combine(Folder, "node_modules", ".package-lock.json");
        if (File.Exists(installed) && File.GetLastWriteTimeUtc(installed) >= File.GetLastWriteTimeUtc(Path.Combine(Folder, "package-lock.json")))
            return;
        using var npm = Start("npm", "ci --no-audit --no-fund --ignore-scripts");
        npm.StandardInput.Close();
        var output = await npm.StandardOutput.ReadToEndAsync();
        var error = await npm.StandardError.ReadToEndAsync();
        await npm.WaitForExitAsync();
        if (npm.ExitCode != 0)
            throw new InvalidOperationException($"npm ci ended with {npm.ExitCode}: {output}{error}".ReplaceLineEndings(" "));
    }

    private static Process Start(string program, string arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        WorkingDirectory = Folder,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
