using System.Globalization;
using Herald.Evidence.Claims;
using Herald.Evidence.Records;

namespace Herald.Evidence.Printouts;

/// <summary>Runs of tests, with the lines that each test wrote about its run.</summary>
internal static class StoryLines
{
    public static string Of(IReadOnlyList<(Claim Claim, Record Record)> shown) =>
        string.Join('\n', shown.SelectMany(one => Lines(one.Record)));

    private static IEnumerable<string> Lines(Record record)
    {
        var tests = record.Result.AsArray();
        var failed = tests.Count(test => !(bool)test!["passed"]!);
        var outcome = failed == 0 && record.Passed ? "" : $" **{(failed == 0 ? "The command failed." : $"{failed} failed.")}**";
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"- `{record.Command}`, {record.Minutes:N0} minutes, commit `{record.ShortCommit}`, {record.Date}:{outcome}");
        foreach (var test in tests)
            yield return $"  - {((string)test!["test"]!).Replace('_', ' ')}: {string.Join("; ", test["told"]!.AsArray().Select(line => ((string)line!).TrimEnd(':', ' ')))}{((bool)test["passed"]! ? "" : ": **failed**")}";
    }
}
