using System.Runtime.Versioning;
using Herald.Mutants.Builds;
using Herald.Mutants.Reports;
using Herald.Mutants.Sites;
using Herald.Mutants.Trials;
using Xunit;

namespace Herald.Mutants.Tests;

/// <summary>The suites here are scripts. The number of the active mutant tells each of them what to do.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class TrialTests : IDisposable
{
    private static readonly IReadOnlyDictionary<string, string> NoVariables = new Dictionary<string, string>();
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("herald-test-");
    private readonly StringWriter _progress = new();
    private readonly Mutant _mutant = new(3, "Herald.Engine", "src/Code.cs", 1, "Code.Run", MutantKind.Bound, "a < b", "a <= b", 1);

    private TestProcess Process => new(_root.FullName, Path.Combine(_root.FullName, "runs"), TimeProvider.System);

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public async Task The_first_suite_that_notices_is_told_and_those_after_it_are_not_run()
    {
        Suite[] suites = [Make("one", Reaches(3), seconds: 0), Make("two", $"{Reaches(3)}\n{When(3, "echo '    Herald.Some.Tests.Fails(a: 1) [FAIL]'; exit 1")}"), Make("three", Reaches(3), seconds: 2)];
        var outcome = await TryAsync(suites);
        Assert.Equal(("two", "fails", "Herald.Some.Tests.Fails"), (outcome.Suite, outcome.How, outcome.Test));
        Assert.Equal(["one"], outcome.Passed.Keys);
        Assert.Equal([1, 2, 0], suites.Select(suite => Runs(suite, "3")));
    }

    [Fact]
    public async Task What_no_suite_reaches_has_survived_without_a_run()
    {
        Suite[] suites = [Make("one", Reaches(4))];
        var outcome = await TryAsync(suites);
        Assert.False(outcome.IsNoticed);
        Assert.Empty(outcome.Passed);
        Assert.Equal(0, Runs(suites[0], "3"));
    }

    [Fact]
    public async Task A_test_that_fails_once_and_passes_then_has_noticed_nothing()
    {
        Suite[] suites = [Make("one", $"{Reaches(3)}\n{When(3, "[ -e failed ] || { touch failed; echo '    Herald.Some.Tests.Fails [FAIL]'; exit 1; }")}")];
        var outcome = await TryAsync(suites);
        Assert.False(outcome.IsNoticed);
        Assert.Contains("-method Herald.Some.Tests.Fails", File.ReadAllText(Path.Combine(_root.FullName, "one.runs")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_end_of_a_process_is_noticed()
    {
        var outcome = await TryAsync([Make("one", $"{Reaches(3)}\n{When(3, "kill -9 $$")}")]);
        Assert.Equal(("one", "ends", null), (outcome.Suite, outcome.How, outcome.Test));
    }

    [Theory]
    [InlineData("sleep 1000", "hangs")]
    [InlineData("[ -e slow ] || { touch slow; sleep 1000; }", null)]
    public async Task What_hangs_is_held_against_how_long_it_takes_without_the_mutant_just_then(string script, string? how)
    {
        Suite[] suites = [Make("one", $"{Reaches(3)}\n{When(3, script)}", seconds: 0)];
        var outcome = await TryAsync(suites, least: TimeSpan.FromSeconds(1));
        Assert.Equal(how, outcome.How);
        Assert.Equal((2, 1), (Runs(suites[0], "3"), Runs(suites[0], "0")));
    }

    [Fact]
    public async Task What_hangs_is_not_run_again_when_the_machine_is_as_fast_as_before()
    {
        Suite[] suites = [Make("one", $"{Reaches(3)}\n{When(3, "sleep 1000")}", seconds: 10)];
        // The limit is four times ten seconds, less 39: the run ends soon, and the run without the mutant is far below the usual time.
        var outcome = await TryAsync(suites, least: TimeSpan.FromSeconds(-39));
        Assert.Equal("hangs", outcome.How);
        Assert.Equal((1, 1), (Runs(suites[0], "3"), Runs(suites[0], "0")));
    }

    [Fact]
    public async Task A_run_that_takes_too_long_is_ended_with_all_that_it_has_started()
    {
        var suite = Make("one", "sleep 1000 & echo $! > child; wait");
        var run = await Process.RunAsync(suite, suite.Parts[0], [], TimeSpan.FromMilliseconds(300), TestContext.Current.CancellationToken);
        Assert.Equal("hangs", run.How);
        var commandLine = $"/proc/{File.ReadAllText(Path.Combine(_root.FullName, "child")).Trim()}/cmdline";
        Assert.True(SpinWait.SpinUntil(() => !File.Exists(commandLine) || File.ReadAllText(commandLine).Length == 0, TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public async Task A_survivor_is_due_again_for_the_suites_that_have_changed_alone()
    {
        Suite[] suites = [Make("one", Reaches(3)), Make("two", Reaches(3))];
        var outcome = await TryAsync(suites);
        Assert.False(outcome.IsNoticed);
        Assert.False((await TrialAsync(suites)).IsDue(_mutant, outcome));
        suites[1] = suites[1] with { Content = "changed" };
        var trial = await TrialAsync(suites);
        Assert.True(trial.IsDue(_mutant, outcome));
        await trial.TryAsync(_mutant, outcome, TestContext.Current.CancellationToken);
        Assert.Equal([1, 2], suites.Select(suite => Runs(suite, "3")));
    }

    [Fact]
    public async Task A_part_that_fails_without_a_mutant_judges_none()
    {
        var coverage = new Coverage(Process, new(Path.Combine(_root.FullName, "coverage.jsonl")), _progress);
        Suite[] suites = [Make("one", $"{Reaches(3)}\nexit 1")];
        await coverage.FindAsync(suites, Path.Combine(_root.FullName, "reached"), TestContext.Current.CancellationToken);
        Assert.Equal(["one: all"], coverage.Unfit);
        Assert.Empty(coverage.For(3, suites));
    }

    [Fact]
    public void What_was_found_out_is_read_again_without_a_line_that_was_broken_off()
    {
        var file = Path.Combine(_root.FullName, "lines.jsonl");
        new JsonLines<Reach>(file).Append(new("one", "all", "a", true, 1.5, [1, 2]));
        File.AppendAllText(file, "{\"suite\":\"tw");
        var lines = new JsonLines<Reach>(file);
        Assert.Null(lines.Last(reach => reach.Suite != "one"));
        lines.Append(new("three", "all", "a", true, 1.5, []));
        Assert.Equal([1, 2], new JsonLines<Reach>(file).Last(reach => reach.Suite == "one")!.Reached);
        Assert.NotNull(new JsonLines<Reach>(file).Last(reach => reach.Suite == "three"));
    }

    private async Task<Outcome> TryAsync(IReadOnlyList<Suite> suites, TimeSpan? least = null) =>
        await (await TrialAsync(suites, least)).TryAsync(_mutant, null, TestContext.Current.CancellationToken);

    private async Task<Trial> TrialAsync(IReadOnlyList<Suite> suites, TimeSpan? least = null)
    {
        var coverage = new Coverage(Process, new(Path.Combine(_root.FullName, "coverage.jsonl")), _progress);
        // Coverage is measured before, so the time that a script takes does not matter here.
        await coverage.FindAsync(suites, Path.Combine(_root.FullName, "reached"), TestContext.Current.CancellationToken);
        return new Trial(Process, coverage, suites, least ?? TimeSpan.FromMinutes(1));
    }

    private Suite Make(string name, string script, double? seconds = null)
    {
        var program = Path.Combine(_root.FullName, name);
        File.WriteAllText(program, $"#!/bin/sh\necho \"${{{MutantSwitch.Chosen}:-0}} $*\" >> {name}.runs\n{script}\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (seconds is { } known)
            new JsonLines<Reach>(Path.Combine(_root.FullName, "coverage.jsonl")).Append(new(name, "all", name, true, known, [3]));
        return new(name, program, name, IsRepeatable: false, [new("all", [], NoVariables)]);
    }

    private int Runs(Suite suite, string mutant) =>
        File.Exists(Path.Combine(_root.FullName, $"{suite.Name}.runs")) ? File.ReadLines(Path.Combine(_root.FullName, $"{suite.Name}.runs")).Count(line => line.StartsWith($"{mutant} ", StringComparison.Ordinal)) : 0;

    private static string Reaches(int mutant) => $"[ -z \"${MutantSwitch.Reached}\" ] || echo {mutant} >> \"${MutantSwitch.Reached}\"";

    private static string When(int mutant, string what) => $"[ \"${MutantSwitch.Chosen}\" != {mutant} ] || {{ {what}; }}";
}
