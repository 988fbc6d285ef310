using System.Text.RegularExpressions;

namespace Herald.Mutants.Trials;

/// <summary>The result of a run of tests.</summary>
/// <param name="Code">Null when it took too long and was ended.</param>
internal sealed partial record TestRun(int? Code, string Output, double Seconds)
{
    public bool HasPassed => Code == 0;

    /// <summary>The names of the failed tests, without their arguments.</summary>
    public IReadOnlyList<string> Failed => [.. FailedTests().Matches(Output).Select(test => test.Groups[1].Value).Distinct()];

    /// <summary><c>hangs</c>, <c>fails</c>, or <c>ends</c> when the process ended by itself.</summary>
    public string How => Code is null ? "hangs" : Failed.Count > 0 ? "fails" : "ends";

    [GeneratedRegex(@"^\s+(Herald\.[^\s(]+)(?:\(.*)? \[FAIL\]", RegexOptions.Multiline)]
    private static partial Regex FailedTests();
}
