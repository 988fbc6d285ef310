using Xunit;

namespace Herald.Evidence.Tests;

public sealed class EvidenceTests
{
    private const string Document = "Before.\n<!-- evidence: suite -->\n<!-- /evidence -->\nAfter.\n";
    private const string Report = """
        {"machine":{"fsyncs_per_s":4897},"failures":[],"rows":[
          {"name":"deliveries/s","unit":"deliveries/s","ratio":0.653,"targets":[{"target":"ratio ≥ 0.60","reached":true},{"target":"≥ 60,000","reached":false}],
           "limit":{"rounds":[75000]},"herald":{"rounds":[48000,49000,50500]}},
          {"name":"at rest","unit":"ms","targets":[],"limit":null,"herald":{"rounds":[1.5]}}]}
        """;

    private const string Mutants = """
        {"seed":7,"minutes":90.2,"unfit":["Herald.Delivery.Tests: Some"],"projects":[
          {"project":"Herald.Engine","found":900,"leftOut":1,"drawn":500,"tried":40,"noticed":38,
           "suites":[{"suite":"Herald.Engine.Tests","noticed":30,"hung":2,"ended":0},{"suite":"Herald.Journal.Tests","noticed":8,"hung":0,"ended":0}],
           "survivors":[{"file":"src/Herald.Engine/A.cs","line":3,"member":"A.Run","before":"a || b","after":"a && b","suites":2,"equivalent":null},
             {"file":"src/Herald.Engine/A.cs","line":5,"member":"A.Run","before":"Go();","after":"","suites":0,"equivalent":"it went already."}]},
          {"project":"Herald.Journal","found":90,"leftOut":1,"drawn":10,"tried":10,"noticed":10,"suites":[{"suite":"Herald.Journal.Tests","noticed":10,"hung":0,"ended":1}],"survivors":[]},
          {"project":"Herald.Postgres","found":90,"leftOut":1,"drawn":10,"tried":0,"noticed":0,"suites":[],"survivors":[]}]}
        """;

    private const string Soak = """
        {"seed":7,"hours":0.5,"rate":150,"rounds":10,"published":120000,"received":470000,"repeats":3000,"facts":9,"broken":0,"longestSettleSeconds":2.5,
         "stoodStillSeconds":0,"machineLoad":3.7,"faults":{"node killed":12,"node stopped":0},"leftOut":["Kafka killed: no Java"],
         "waits":[{"wrong":"nothing","topic":"published","events":300000,"p99Ms":40,"longestMs":900},{"wrong":"nothing","topic":"from-nats","events":2,"p99Ms":50,"longestMs":60},
          {"wrong":"node killed","topic":"published","events":5000,"p99Ms":700,"longestMs":1400}]}
        """;

    [Fact]
    public async Task What_was_shown_is_printed_and_stays_fresh_until_its_sources_change()
    {
        using var project = new Project(Suite("echo 12 passed, 0 failed"), Document);
        Assert.Equal((1, "suite  stale: never run\n0 fresh, 1 stale\n"), await project.RunAsync());
        Assert.Equal(0, (await project.RunAsync("run")).Code);
        Assert.Equal((0, "1 fresh, 0 stale"), await StatusAsync(project));
        Assert.Equal(1, (await project.RunAsync("check")).Code);
        Assert.Equal(0, (await project.RunAsync("print")).Code);
        Assert.Equal(0, (await project.RunAsync("check")).Code);
        Assert.StartsWith("Before.\n<!-- evidence: suite -->\n- `bash -c echo 12 passed, 0 failed`: 12 passed, 0 failed, in ", project.Document, StringComparison.Ordinal);
        Assert.EndsWith("\n<!-- /evidence -->\nAfter.\n", project.Document, StringComparison.Ordinal);

        // Documents, and sources that the claim does not cover, may change.
        project.Commit();
        Assert.Equal((0, "1 fresh, 0 stale"), await StatusAsync(project));
        project.Write("src/code.txt", "2");
        project.Commit();
        Assert.Equal((1, "0 fresh, 1 stale"), await StatusAsync(project));
        // With the change taken back, the content is the same as when the evidence was recorded.
        project.Write("src/code.txt", "1");
        project.Commit();
        Assert.Equal((0, "1 fresh, 0 stale"), await StatusAsync(project));
    }

    [Fact]
    public async Task A_claim_without_a_record_cannot_be_printed()
    {
        using var project = new Project(Suite("echo 12 passed, 0 failed"), Document);
        var (code, output) = await project.RunAsync("print");
        Assert.Equal((2, "evidence: docs/figures.md claims suite, which has no record. Run './evidence run suite'.\n"), (code, output));
        Assert.Equal(Document, project.Document);
    }

    [Fact]
    public async Task What_is_edited_by_hand_is_noticed()
    {
        using var project = new Project(Suite("echo 12 passed, 0 failed"), Document);
        await project.RunAsync("run");
        await project.RunAsync("print");
        project.Write("docs/figures.md", project.Document.Replace("12 passed, 0", "13 passed, 0", StringComparison.Ordinal));
        Assert.Equal((1, "docs/figures.md differs from its records. './evidence print' updates it.\n"), await project.RunAsync("check"));
    }

    [Fact]
    public async Task A_run_that_fails_is_told_as_a_failure()
    {
        using var project = new Project(Suite("echo 11 passed, 1 failed; exit 1"), Document);
        Assert.Equal(1, (await project.RunAsync("run")).Code);
        await project.RunAsync("print");
        Assert.Contains("**11 passed, 1 failed**", project.Document, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_shows_nothing_leaves_the_record_before()
    {
        using var project = new Project(Suite("test -e shown && exit 0; touch shown; echo 12 passed, 0 failed"), Document);
        await project.RunAsync("run");
        var before = project.Read("docs/evidence/records/suite.json");
        var (code, output) = await project.RunAsync("run", "suite");
        Assert.Equal(2, code);
        Assert.Contains("without a result. Its record was not changed.", output, StringComparison.Ordinal);
        Assert.Equal(before, project.Read("docs/evidence/records/suite.json"));
    }

    [Fact]
    public async Task Sources_that_are_in_no_commit_are_not_spoken_of()
    {
        using var project = new Project(Suite("echo 12 passed, 0 failed"), Document);
        project.Write("src/code.txt", "2");
        var (code, output) = await project.RunAsync("run");
        Assert.Equal(2, code);
        Assert.Contains("src/code.txt", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_command_than_the_record_has_makes_it_stale()
    {
        using var project = new Project(Suite("echo 12 passed, 0 failed"), Document);
        await project.RunAsync("run");
        project.Write("docs/evidence/claims.json", Suite("echo 13 passed, 0 failed"));
        Assert.Equal((1, "0 fresh, 1 stale"), await StatusAsync(project));
    }

    [Fact]
    public async Task A_bench_is_a_table_with_the_spread_of_its_rounds_and_what_it_has_missed()
    {
        var claims = """[{"name":"fanout","kind":"bench","command":["bash","-c","cp report.json $2","bench","--json","{output}"],"paths":["src"]}]""";
        using var project = new Project(claims, "<!-- evidence: fanout -->\n<!-- /evidence -->");
        project.Write("report.json", Report);
        Assert.Equal(0, (await project.RunAsync("run")).Code);
        await project.RunAsync("print");
        var lines = project.Document.Split('\n');
        Assert.Equal("| `bash -c cp report.json $2 bench` | 49,000 deliveries/s (48,000 to 50,500) | 75,000 deliveries/s | 0.65 | ratio ≥ 0.60: reached; ≥ 60,000: **missed** |", lines[3]);
        Assert.Equal("| – at rest | 1.50 ms | – | – | – |", lines[4]);
        Assert.StartsWith("- fanout: commit `", lines[6], StringComparison.Ordinal);
        Assert.EndsWith(" GiB, 4,897 fsyncs/s", lines[6], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Runs_of_one_command_stand_side_by_side_each_with_a_record()
    {
        var claims = """[{"name":"calm","kind":"bench","runs":2,"command":["bash","-c","cat report-$(ls docs/evidence/records | wc -l).json"],"paths":["src"]}]""";
        using var project = new Project(claims, "<!-- evidence: calm-1, calm-2 -->\n<!-- /evidence -->");
        project.Write("docs/evidence/records/other", "");
        project.Write("report-1.json", Round(1.5, true, "quiet"));
        project.Write("report-2.json", Round(2.5, false, "loud"));
        Assert.Equal(0, (await project.RunAsync("run")).Code);
        await project.RunAsync("print");
        var lines = project.Document.Split('\n');
        Assert.EndsWith(" | run 1 | run 2 |", lines[1], StringComparison.Ordinal);
        Assert.Equal("| p99, ms | 1.00 → 1.50; ratio ≤ 2.00 | **1.00 → 2.50; ratio ≤ 2.00: missed** |", lines[3]);
        Assert.EndsWith(". It was quiet", lines[5], StringComparison.Ordinal);
        Assert.EndsWith(". It was loud", lines[6], StringComparison.Ordinal);

        static string Round(double ms, bool reached, string noise) => FormattableString.Invariant($$$"""
            {"failures":[],"notes":["Measured so.","It was {{{noise}}}."],"rows":[{"name":"p99","unit":"ms","ratio":{{{ms}}},
             "targets":[{"target":"ratio ≤ 2.00","reached":{{{(reached ? "true" : "false")}}}}],"limit":{"rounds":[1.0]},"herald":{"rounds":[{{{ms}}}]}}]}
            """);
    }

    [Fact]
    public async Task A_scenario_shows_what_was_judged()
    {
        var claims = """[{"name":"played","kind":"scenario","command":["bash","-c","cat report.json"],"paths":["src"]}]""";
        using var project = new Project(claims, "<!-- evidence: played -->\n<!-- /evidence -->");
        project.Write("report.json", """{"criteria":[{"what":"lost","figure":"0","limit":"0","ok":true},{"what":"lag","figure":"3 ms","limit":"2 ms","ok":false}]}""");
        await project.RunAsync("run");
        await project.RunAsync("print");
        Assert.Contains("\n| lost | 0; limit 0 |\n| lag | **3 ms; limit 2 ms: missed** |\n", project.Document, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_tests_told_stands_below_their_command()
    {
        var claims = """[{"name":"told","kind":"told","command":["bash","-c","true"],"paths":["src"],"log":"log"}]""";
        using var project = new Project(claims, "<!-- evidence: told -->\n<!-- /evidence -->");
        project.Write("log", """
                Suite.Tests.It_loses_nothing [PASS]
                  Output:
                    seed 7
                    200 kills:\u0020
                    5 accepted, 0 lost
                Suite.Tests.It_tells_nothing [PASS]
                Suite.Tests.It_breaks(nodes: 3) [FAIL]
                  Assert.Equal() Failure
                  Stack Trace:
                      at Suite
                  Output:
                    3 lost

            """.Replace("\\u0020", " ", StringComparison.Ordinal));
        await project.RunAsync("run");
        await project.RunAsync("print");
        Assert.Contains("\n  - It loses nothing: seed 7; 200 kills; 5 accepted, 0 lost\n  - It breaks: 3 lost: **failed**\n<!--", project.Document, StringComparison.Ordinal);
        Assert.Contains(": **1 failed.**\n", project.Document, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Coverage_is_a_table_in_which_too_little_stands_out()
    {
        var claims = """[{"name":"lines","kind":"coverage","command":["bash","-c","cat report"],"paths":["src"]}]""";
        using var project = new Project(claims, "<!-- evidence: lines -->\n<!-- /evidence -->");
        project.Write("report", "Herald.Engine               98.6 % of 5021 lines (demanded: 90 %)\nHerald.Cli                  80.1 % of 70 lines (demanded: 85 %)\n");
        await project.RunAsync("run");
        await project.RunAsync("print");
        Assert.Contains("\n| Herald.Engine | 5,021 | 98.6 % | 90 % |\n| Herald.Cli | 70 | **80.1 %** | 85 % |\n", project.Document, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Planted_faults_are_a_table_and_those_that_were_not_found_stand_out()
    {
        var claims = """
            [{"name":"planted","kind":"planted","command":["bash","-c","printf 'stale-believed  seed 37   What an owner knew.\\nnobody-knows  not within 500 seeds  Nothing.\\n' > log"],"paths":["src"],"log":"log"}]
            """;
        using var project = new Project(claims, "<!-- evidence: planted -->\n<!-- /evidence -->");
        await project.RunAsync("run");
        await project.RunAsync("print");
        Assert.Contains("\n| stale-believed | What an owner knew. | 37 |\n| nobody-knows | Nothing. | **not found** |\n", project.Document, StringComparison.Ordinal);
        Assert.Contains("\n1 of 2 found, ", project.Document, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mutants_are_a_table_that_says_what_part_was_tried_and_names_those_that_survived()
    {
        var claims = """[{"name":"mutants","kind":"mutants","command":["bash","-c","cp report.json $1","mutants","{output}"],"paths":["src"]}]""";
        using var project = new Project(claims, "<!-- evidence: mutants -->\n<!-- /evidence -->");
        project.Write("report.json", Mutants);
        Assert.Equal(0, (await project.RunAsync("run")).Code);
        await project.RunAsync("print");
        var lines = project.Document.Split('\n');
        Assert.Equal(
            ["| | Herald.Engine | Herald.Journal |", "|---|---|---|", "| tried, of those drawn | **40 of 500** | all 10 |", "| noticed by Herald.Engine.Tests | 30 (2 by taking too long) | – |",
                "| noticed by Herald.Journal.Tests | 8 | 10 (1 by the end of the process) |", "| noticed by none | 2 | 0 |", "| **score** | **95.0 %** | **100.0 %** |"],
            lines[1..8]);
        Assert.StartsWith("Drawn by seed 7; 90 minutes of trials, `bash", lines[9], StringComparison.Ordinal);
        Assert.Equal("**Fails without a mutant, so it was not used:** Herald.Delivery.Tests: Some.", lines[11]);
        Assert.Equal("| Herald.Engine/A.cs:3, A.Run | `a \\|\\| b` | `a && b` | 2 |", lines[15]);
        Assert.Equal("| Herald.Engine/A.cs:5, A.Run | `Go();` | deleted Believed to be equivalent: it went already. | 0 |", lines[16]);
        Assert.DoesNotContain("Herald.Postgres", project.Document, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_soak_is_two_tables_and_what_never_happened_has_no_waits()
    {
        var claims = """[{"name":"soak","kind":"soak","command":["bash","-c","cp report.json $2","soak","--json","{output}"],"paths":["src"]}]""";
        using var project = new Project(claims, "<!-- evidence: soak -->\n<!-- /evidence -->");
        project.Write("report.json", Soak);
        Assert.Equal(0, (await project.RunAsync("run")).Code);
        await project.RunAsync("print");
        var lines = project.Document.Split('\n');
        Assert.Equal("| 0.5 | 120,000 | 470,000 | 3,000 | 0 |", lines[3]);
        Assert.Equal("| fault | how often | from-nats, ms | published, ms |", lines[7]);
        Assert.Equal(["| nothing | – | 50 / 60 | 40 / 900 |", "| node killed | 12 | – | 700 / 1,400 |", "| node stopped | 0 | – | – |"], lines[9..12]);
        Assert.StartsWith("`bash -c cp report.json $2 soak`, seed 7, 150 events/s, 10 rounds, of which the slowest settled within 2.5 s, commit `", lines[13], StringComparison.Ordinal);
        Assert.EndsWith(" shared by 4 processes on average; not included: Kafka killed: no Java", lines[13], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[{"name":"Suite","kind":"tests","command":["true"],"paths":["src"]}]""", "'Suite' is not a valid name")]
    [InlineData("""[{"name":"suite","kind":"tests","command":[],"paths":["src"]}]""", "needs a command")]
    [InlineData("""[{"name":"suite","kind":"guesses","command":["true"],"paths":["src"]}]""", "cannot be read")]
    [InlineData("""[{"name":"suite","kind":"tests","command":["true"]}]""", "cannot be read")]
    [InlineData("""[{"name":"a","kind":"tests","command":["true"],"paths":["src"],"runs":0}]""", "has 0 runs")]
    [InlineData("""[{"name":"a","kind":"tests","command":["true"],"paths":["src"]},{"name":"a","kind":"tests","command":["true"],"paths":["src"]}]""", "contains a twice")]
    public async Task Claims_that_are_none_are_refused(string claims, string why)
    {
        using var project = new Project(claims, Document);
        var (code, output) = await project.RunAsync();
        Assert.Equal(2, code);
        Assert.Contains(why, output, StringComparison.Ordinal);
    }

    private static string Suite(string script) => $$"""[{"name":"suite","kind":"tests","command":["bash","-c","{{script}}"],"paths":["src"]}]""";

    private static async Task<(int Code, string LastLine)> StatusAsync(Project project)
    {
        var (code, output) = await project.RunAsync();
        return (code, output.TrimEnd().Split('\n')[^1]);
    }
}
