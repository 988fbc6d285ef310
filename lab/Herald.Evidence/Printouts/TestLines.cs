using System.Globalization;
using Herald.Evidence.Claims;
using Herald.Evidence.Records;

namespace Herald.Evidence.Printouts;

/// <summary>Runs of tests, one line for each.</summary>
internal static class TestLines
{
    public static string Of(IReadOnlyList<(Claim Claim, Record Record)> shown) => string.Join('\n', shown.Select(one => Line(one.Record)));

    private static string Line(Record record)
    {
        var (passed, failed) = ((int)record.Result["passed"]!, (int)record.Result["failed"]!);
        var verdict = string.Create(CultureInfo.InvariantCulture, $"{passed:N0} passed, {failed:N0} failed");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"- `{record.Command}`: {(failed == 0 && record.Passed ? verdict : $"**{verdict}**")}, in {record.Minutes:N0} minutes, commit `{record.ShortCommit}`, {record.Date}");
    }
}
