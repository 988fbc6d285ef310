using System.Diagnostics;
using System.Reflection;

namespace Herald.Lab.Benches.Machines;

/// <summary>Finds which commit of Herald is measured.</summary>
internal static class SourceCommit
{
    /// <summary>
    /// The commit of the working copy that contains this program, with <c>+changes</c> if it has uncommitted changes; otherwise the
    /// program's version.
    /// </summary>
    public static async Task<string> FindAsync(CancellationToken cancel)
    {
        // The repository around this program can be another one than Herald's.
        if (await GitAsync(["rev-parse", "--show-toplevel"], cancel) is { } root && File.Exists(Path.Combine(root, "Herald.slnx"))
            && await GitAsync(["rev-parse", "--short=12", "HEAD"], cancel) is { } commit)
            return await GitAsync(["status", "--porcelain", "--untracked-files=no"], cancel) is "" ? commit : $"{commit}+changes";
        return typeof(SourceCommit).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
    }

    /// <returns>The output of git, or null when git is missing or fails.</returns>
    private static async Task<string?> GitAsync(string[] arguments, CancellationToken cancel)
    {
        var start = new ProcessStartInfo("git", ["-C", AppContext.BaseDirectory, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using var git = Process.Start(start)!;
            var error = git.StandardError.ReadToEndAsync(cancel);
            var output = await git.StandardOutput.ReadToEndAsync(cancel);
            await git.WaitForExitAsync(cancel);
            await error;
            return git.ExitCode == 0 ? output.Trim() : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
