using System.Diagnostics;
using Herald.TestKit;
using Xunit;

namespace Herald.Cli.Tests.TestScript;

/// <summary>How <c>./herald</c> starts the program. A script stands in the place of the program, and counts as built.</summary>
public sealed class HeraldScriptTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("herald-script-");

    public void Dispose() => _root.Delete(recursive: true);

    [Theory]
    [InlineData("./herald", "")]
    [InlineData("sub/../herald", "")]
    [InlineData("../herald", "sub")]
    public async Task The_program_is_told_how_it_was_called(string called, string from)
    {
        var bin = _root.CreateSubdirectory("artifacts/bin/Herald.Cli/release").FullName;
        _root.CreateSubdirectory("sub");
        File.Copy(SourceTree.File("herald"), Path.Combine(_root.FullName, "herald"));
        var program = Path.Combine(bin, "herald");
        await File.WriteAllTextAsync(program, "#!/bin/bash\necho \"$HERALD_COMMAND $*\"\n", TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await File.WriteAllTextAsync(Path.Combine(bin, "herald.dll"), "", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(_root.FullName, "artifacts/herald-built"), "", TestContext.Current.CancellationToken);
        var start = new ProcessStartInfo("bash", ["-c", $"{called} topics list"])
        {
            WorkingDirectory = Path.Combine(_root.FullName, from),
            RedirectStandardOutput = true,
        };
        using var run = Process.Start(start)!;
        var told = await run.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await run.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal((0, $"{called} topics list"), (run.ExitCode, told.Trim()));
    }
}
