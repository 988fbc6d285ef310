using System.Diagnostics;
using Xunit;

namespace Herald.Evidence.Tests;

/// <summary>A working copy of a project with one source, one document, and the claims of the test.</summary>
internal sealed class Project : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("herald-test-");

    public Project(string claims, string document)
    {
        Write("src/code.txt", "1");
        Write("docs/figures.md", document);
        Write("docs/evidence/claims.json", claims);
        Git("init", "--quiet");
        Commit();
    }

    public void Dispose() => _root.Delete(recursive: true);

    public string Document => Read("docs/figures.md");

    public void Write(string path, string text)
    {
        var file = Path.Combine(_root.FullName, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    public string Read(string path) => File.ReadAllText(Path.Combine(_root.FullName, path));

    public void Commit()
    {
        Git("add", "--all");
        Git("-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false", "commit", "--quiet", "--message", "change");
    }

    /// <summary>Runs <c>./evidence</c> in this project.</summary>
    public async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        var output = new StringWriter();
        var code = await EvidenceCommandLine.RunAsync(arguments, _root.FullName, output, output, TimeProvider.System, TestContext.Current.CancellationToken);
        return (code, output.ToString());
    }

    private void Git(params string[] arguments)
    {
        using var git = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = _root.FullName })!;
        git.WaitForExit();
        Assert.Equal(0, git.ExitCode);
    }
}
