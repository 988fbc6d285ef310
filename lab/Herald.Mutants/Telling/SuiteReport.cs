namespace Herald.Mutants.Telling;

/// <param name="Noticed">First of all suites.</param>
/// <param name="Hung">Of these, by taking too long.</param>
/// <param name="Ended">Of these, by the end of the process.</param>
internal sealed record SuiteReport(string Suite, int Noticed, int Hung, int Ended);
