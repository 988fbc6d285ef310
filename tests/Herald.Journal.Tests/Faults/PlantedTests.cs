using System.Text.RegularExpressions;
using Herald.TestKit.Faults;
using Xunit;

namespace Herald.Journal.Tests.Faults;

/// <summary>
/// Tests the crash tests: each deliberate mistake must be found by the tests that it names. The unchanged journal passes them.
/// </summary>
public sealed partial class PlantedTests(ITestOutputHelper output)
{
    private static readonly PlantedBuild Build = new(
        "PlantedJournal", ["src/Herald.Engine", "src/Herald.Journal", "lab/Herald.LocalServers", "tests/Herald.TestKit", "tests/Herald.Contracts", "tests/Herald.Journal.Tests"],
        [.. PlantedFaults.All.Select(f => f.Fault)])
    {
        Without = ["src/Herald.Journal/Hosting", "tests/Herald.Contracts/Sources"],
    };

    [Fact]
    public async Task Every_planted_fault_is_found()
    {
        var cancel = TestContext.Current.CancellationToken;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(TimeSpan.FromMinutes(15)); // Some of the mistakes could make a caller wait for ever.
        await Build.MakeAsync(cancel);
        var missed = new List<string>();
        foreach (var (fault, tests) in PlantedFaults.All)
        {
            var (code, told) = await Build.RunAsync(fault, ["-stopOnFail", "-method", tests], [], patience.Token);
            var place = Place().Match(told) is { Success: true } said ? said : Failed().Match(told);
            output.WriteLine($"{fault.Name,-22} {(place.Success ? place.Value : code == 0 ? "not found" : told),-24} {fault.What}");
            if (!place.Success)
                missed.Add(fault.Name);
        }
        Assert.Empty(missed);
    }

    // The part of a test's output that says where it failed.
    [GeneratedRegex(@"(Crash at operation \d+|Sync \d+ failed|Bit \d of byte \d+ of \S+)")]
    private static partial Regex Place();

    // The name of a failed test whose output names no such part.
    [GeneratedRegex(@"(?<=Herald\.Journal\.Tests\.)[^\s(]+(?=(\([^)]*\))? \[FAIL\])")]
    private static partial Regex Failed();
}
