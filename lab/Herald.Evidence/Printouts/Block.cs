using System.Text.RegularExpressions;

namespace Herald.Evidence.Printouts;

/// <summary>
/// The part of a document that is printed from records, from <c>&lt;!-- evidence: NAME, NAME --&gt;</c> to <c>&lt;!-- /evidence --&gt;</c>.
/// </summary>
internal static partial class Block
{
    /// <param name="print">Returns the text between the marks, given the names in the first mark.</param>
    public static string PrintAll(string document, Func<IReadOnlyList<string>, string> print) => Marks().Replace(
        document, block => $"{block.Groups[1].Value}\n{print([.. Names(block)])}\n<!-- /evidence -->");

    public static IEnumerable<string> NamesIn(string document) => Marks().Matches(document).SelectMany(Names);

    private static IEnumerable<string> Names(Match block) =>
        block.Groups[2].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex("(<!-- evidence: ([^>]*) -->)\n.*?<!-- /evidence -->", RegexOptions.Singleline)]
    private static partial Regex Marks();
}
