using System.Diagnostics;

namespace Herald.Evidence.Records;

/// <summary>The sources as git stores them.</summary>
internal sealed class WorkingCopy(string root)
{
    public string Root => root;

    public string Commit => Git("rev-parse", "HEAD");

    /// <summary>Git's hash of the content of a folder or a file. It is the same in every commit that has this content.</summary>
    public string ContentOf(string path) => Git("rev-parse", $"HEAD:{path.TrimEnd('/')}");

    /// <summary>Changes below some paths that are in no commit.</summary>
    public IReadOnlyList<string> ChangesIn(IEnumerable<string> paths) =>
        [.. Git(["status", "--porcelain", "--", .. paths]).Split('\n', StringSplitOptions.RemoveEmptyEntries)];

    private string Git(params string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments) { WorkingDirectory = root, RedirectStandardOutput = true, RedirectStandardError = true };
        using var git = Process.Start(start) ?? throw new EvidenceException("The program 'git' was not found.");
        var errors = git.StandardError.ReadToEndAsync();
        var output = git.StandardOutput.ReadToEnd().Trim();
        git.WaitForExit();
        return git.ExitCode == 0 ? output : throw new EvidenceException($"git {string.Join(' ', arguments)}: {errors.Result.Trim()}");
    }
}
