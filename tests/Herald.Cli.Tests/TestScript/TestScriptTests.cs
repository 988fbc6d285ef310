using System.Diagnostics;
using System.Globalization;
using Herald.TestKit;
using Xunit;

namespace Herald.Cli.Tests.TestScript;

/// <summary>
/// How <c>./test</c> reports suites that are not as they should be. It runs in a folder of its own, with suites whose output the test
/// decides.
/// </summary>
public sealed class TestScriptTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("herald-test-");
    private readonly Dictionary<string, int> _committed = [];

    public TestScriptTests()
    {
        File.Copy(SourceTree.File("test"), At("test"));
        // These replace the real programs: nothing is compiled or installed. The run that counts lines runs the suite and counts none.
        Program("bin/dotnet", """if [[ "$1" = msbuild ]]; then eval "$Suite $Arguments"; fi""");
        Program("bin/apt-get", "exit 1");
        Suite("Good.Tests", Summary(total: 5));
        Write("src/Good/Good.csproj", "<Project/>");
    }

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public async Task It_passes_where_every_suite_runs_what_is_committed() =>
        Assert.Equal((0, "5 passed, 0 failed"), await RunAsync());

    [Fact]
    public async Task A_suite_that_runs_fewer_tests_than_are_committed_has_failed()
    {
        Suite("Few.Tests", Summary(total: 3));
        _committed["Few.Tests"] = 4;
        Assert.Equal((1, "8 passed, 1 failed"), await RunAsync());
        // Tests that a filter leaves out do not count as missing.
        Assert.Equal((0, "8 passed, 0 failed"), await RunAsync("names_of_tests"));
    }

    [Fact]
    public async Task Tests_that_are_not_run_and_those_that_are_left_out_do_not_stand_for_others()
    {
        Suite("Few.Tests", Summary(total: 4, notRun: 1));
        Suite("Skipping.Tests", Summary(total: 4, skipped: 1));
        Assert.Equal((1, "11 passed, 1 failed, 1 skipped"), await RunAsync());
        Assert.Equal((1, "12 passed, 2 failed"), await RunAsync([], ci: "true"));
    }

    [Fact]
    public async Task A_suite_that_finds_no_test_has_failed()
    {
        Suite("Empty.Tests", "   Suite  Total: 0");
        Assert.Equal((1, "5 passed, 1 failed"), await RunAsync());
    }

    [Fact]
    public async Task A_suite_that_ends_without_a_summary_has_failed()
    {
        Suite("Silent.Tests", "Starting");
        Assert.Equal((1, "5 passed, 1 failed"), await RunAsync());
    }

    [Fact]
    public async Task A_suite_whose_process_fails_behind_its_last_test_has_failed()
    {
        Suite("Crashing.Tests", Summary(total: 2), code: 134);
        Assert.Equal((1, "7 passed, 1 failed"), await RunAsync());
    }

    [Fact]
    public async Task A_suite_that_is_not_committed_has_failed_and_so_has_one_that_is_gone()
    {
        Suite("New.Tests", Summary(total: 2));
        _committed.Remove("New.Tests");
        _committed["Gone.Tests"] = 7;
        Assert.Equal((1, "7 passed, 2 failed"), await RunAsync());
    }

    [Fact]
    public async Task Counts_are_written_anew_on_demand()
    {
        Suite("Few.Tests", Summary(total: 3));
        _committed["Few.Tests"] = 4;
        Suite("New.Tests", Summary(total: 2));
        _committed.Remove("New.Tests");
        _committed["Gone.Tests"] = 7;
        Assert.Equal((0, "10 passed, 0 failed"), await RunAsync("--count", "--no-format"));
        Assert.Equal(["Few.Tests 3", "Good.Tests 5", "New.Tests 2"], await File.ReadAllLinesAsync(At("tests/counts")));
    }

    [Fact]
    public async Task Coverage_that_has_counted_nothing_has_failed() =>
        Assert.Equal((1, "5 passed, 1 failed"), await RunAsync("--coverage", "--no-format"));

    [Fact]
    public async Task Mutants_are_tried_instead_of_suites_with_what_was_asked_for()
    {
        Program("artifacts/bin/Herald.Mutants/release/mutants", "echo \"mutants $*\"\nexit 3");
        Assert.Equal((3, "mutants --for 30m"), await RunAsync("--mutants", "--for", "30m"));
    }

    private static string Summary(int total, int skipped = 0, int notRun = 0) =>
        $"   Suite  Total: {total}, Errors: 0, Failed: 0, Skipped: {skipped}, Not Run: {notRun}, Time: 1.000s";

    /// <summary>Adds a suite. The number of tests that it reports becomes the committed one.</summary>
    private void Suite(string name, string says, int code = 0)
    {
        Write($"tests/{name}/{name}.csproj", "<Project><IsTestProject>true</IsTestProject></Project>");
        Program($"artifacts/bin/{name}/release/{name}", $"echo '{says}'\nexit {code}");
        _committed[name] = says.Split("Total: ") is [_, var rest] ? int.Parse(rest.Split(',')[0], CultureInfo.InvariantCulture) : 1;
    }

    private Task<(int Code, string LastLine)> RunAsync(params string[] arguments) => RunAsync(arguments.Length == 0 ? ["--no-format"] : arguments, ci: "");

    private async Task<(int Code, string LastLine)> RunAsync(string[] arguments, string ci)
    {
        await File.WriteAllLinesAsync(At("tests/counts"), _committed.Select(suite => $"{suite.Key} {suite.Value}"));
        var start = new ProcessStartInfo("bash", [At("test"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = $"{At("bin")}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["CI"] = ci;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        TestContext.Current.TestOutputHelper?.WriteLine($"{output}\n{await errors}");
        return (process.ExitCode, output.TrimEnd().Split('\n')[^1]);
    }

    private void Program(string path, string script)
    {
        Write(path, $"#!/usr/bin/env bash\n{script}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(At(path), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.WriteAllText(At(path), text);
    }

    private string At(string path) => Path.Combine(_root.FullName, path);
}
