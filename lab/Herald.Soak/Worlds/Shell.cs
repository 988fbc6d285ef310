using System.Diagnostics;

namespace Herald.Soak.Worlds;

/// <summary>Runs programs of the system to their end.</summary>
internal static class Shell
{
    /// <returns>A description of the problem; null when the program succeeded.</returns>
    public static async Task<string?> TryAsync(params string[] command)
    {
        var start = new ProcessStartInfo("/usr/bin/env", command) { RedirectStandardError = true, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? null : $"{string.Join(' ', command)}: {error}{await output}";
    }

    /// <exception cref="SoakException">The program failed.</exception>
    public static async Task RunAsync(params string[] command)
    {
        if (await TryAsync(command) is { } wrong)
            throw new SoakException(null, wrong);
    }
}
