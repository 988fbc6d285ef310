using System.Text.Json.Nodes;
using Herald.Mutants.Reports;
using Herald.Mutants.Sites;
using Xunit;

namespace Herald.Mutants.Tests;

public sealed class ReportTests
{
    private static readonly Dictionary<string, string> Nothing = [], One = new() { ["one"] = "a" };

    [Fact]
    public void It_says_who_was_first_to_notice_and_who_survived_in_the_order_of_files()
    {
        (Mutant, Outcome)[] tried =
        [
            Tried("src/B.cs", 9, new("", null, null, null, One, 2)), Tried("src/B.cs", 3, new("", null, null, null, Nothing, 2)),
            Tried("src/A.cs", 1, new("", "two", "hangs", null, One, 2)), Tried("src/A.cs", 2, new("", "two", "ends", null, One, 2)),
            Tried("src/A.cs", 3, new("", "one", "fails", "Some.Test", Nothing, 2)), Tried("src/A.cs", 8, new("", null, null, null, One, 2)),
        ];
        var equivalents = new Dictionary<string, string> { [tried[0].Item1.Key] = "it is the same." };
        var project = ProjectReport.Of("Herald.Engine", 100, 1, 50, tried, equivalents);
        var read = JsonNode.Parse(new Report(7, 1.5, [project], ["one: some"]).ToJson())!;
        Assert.Equal((7, 1.5, "one: some"), ((int)read["seed"]!, (double)read["minutes"]!, (string)read["unfit"]![0]!));
        var told = read["projects"]![0]!;
        Assert.Equal((100, 1, 50), ((int)told["found"]!, (int)told["leftOut"]!, (int)told["drawn"]!));
        Assert.Equal((6, 3), ((int)told["tried"]!, (int)told["noticed"]!));
        Assert.Equal(
            ["two 2 1 1", "one 1 0 0"],
            told["suites"]!.AsArray().Select(suite => $"{suite!["suite"]} {suite["noticed"]} {suite["hung"]} {suite["ended"]}"));
        Assert.Equal(
            ["src/A.cs:8 1 ", "src/B.cs:3 0 ", "src/B.cs:9 1 it is the same."],
            told["survivors"]!.AsArray().Select(one => $"{one!["file"]}:{one["line"]} {one["suites"]} {one["equivalent"]}"));
    }

    private static (Mutant, Outcome) Tried(string file, int line, Outcome outcome) =>
        (new(line, "Herald.Engine", file, line, "Code.Run", MutantKind.Bound, $"a < {line}", $"a <= {line}", 1), outcome);
}
