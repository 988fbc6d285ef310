using System.Text.RegularExpressions;

namespace Herald.Mutants.Trials;

/// <summary>How a run of tests has ended.</summary>
/// <param name="Code">Null when it took too long and was ended.</param>
internal sealed partial record TestRun(int? Code, string Output, double Seconds)
{
    public bool HasPassed => Code == 0;

    /// <summary>Tests that failed, without what they were given.</summary>
    public IReadOnlyList<string> Failed => [.. FailedTests().Matches(Output).Select(test => test.Groups[1].Value).Distinct()];

    /// <summary>Fail, hang, or end of the process.</summary>
    public string How => Code is null ? "hangs" : Failed.Count > 0 ? "fails" : "ends";

    [GeneratedRegex(@"^\s+(Herald\.[^\s(]+)(?:\(.*)? \[FAIL\]", RegexOptions.Multiline)]
    private static partial Regex FailedTests();
}
