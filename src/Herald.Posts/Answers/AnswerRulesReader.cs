using System.Text.Json;
using Herald.Engine.Basics;
using Herald.Posts.Definitions;

namespace Herald.Posts.Answers;

/// <summary>Reads the fields of a definition that are about answers.</summary>
internal static class AnswerRulesReader
{
    private const string PlaceRule = "Write the names of fields with dots between them, for example error.code; * is any item of a list.";

    private static readonly IReadOnlyDictionary<string, AnswerMeaning> Meanings =
        Enum.GetValues<AnswerMeaning>().ToDictionary(meaning => NameOf(meaning), StringComparer.Ordinal);

    public static AnswerRules Read(DefinitionObject fields, List<FieldProblem> problems)
    {
        var rules = new List<AnswerRule>();
        if (fields.Find("answers") is { } answers)
        {
            if (answers.ValueKind == JsonValueKind.Array)
                rules.AddRange(answers.EnumerateArray().SelectMany((answer, i) => RulesOf(answer, $"/answers/{i}", problems)));
            else
                fields.Note("answers", answers, "Write a list of objects. The first one that fits an answer decides.");
        }
        return new(rules, fields.OptionalText("wait", PlaceRule), fields.Texts("words"));
    }

    /// <summary>One rule for each range of statuses, so that a rule itself has one.</summary>
    private static IEnumerable<AnswerRule> RulesOf(JsonElement answer, string pointer, List<FieldProblem> problems)
    {
        var fields = new DefinitionObject(answer, pointer, problems, "status", "at", "body", "is", "contains", "means");
        var meaning = MeaningOf(fields);
        var isBody = fields.Switch("body");
        var at = isBody ? AnswerRule.WholeBody : fields.OptionalText("at", PlaceRule);
        if (isBody && fields.Has("at"))
            fields.Note("at", fields.Find("at"), "A rule looks at one place: remove at or body.");
        var (isOneOf, contains) = (fields.Texts("is"), fields.Texts("contains"));
        if (at is null && (isOneOf.Count > 0 || contains.Count > 0))
            fields.Note(isOneOf.Count > 0 ? "is" : "contains", answer, "Say where the text is: add at with a place, or body with true.");
        if (at is null && !fields.Has("status"))
            fields.Note("", answer, "A rule needs status, at or body.");
        var ranges = new List<StatusRange?>();
        foreach (var part in fields.OptionalText("status", StatusRange.Rule)?.Split(',', StringSplitOptions.TrimEntries) ?? [])
        {
            if (StatusRange.Parse(part) is { } range)
                ranges.Add(range);
            else
                fields.Note("status", part, StatusRange.Rule);
        }
        return ranges.DefaultIfEmpty(null).Select(range => new AnswerRule(range, at, isOneOf, contains, meaning));
    }

    private static AnswerMeaning MeaningOf(DefinitionObject fields)
    {
        var rule = $"One of {string.Join(", ", Meanings.Keys)}.";
        var text = fields.Text("means", rule);
        if (text.Length > 0 && !Meanings.ContainsKey(text))
            fields.Note("means", text, rule);
        return Meanings.GetValueOrDefault(text, AnswerMeaning.Unclear);
    }

    private static string NameOf(AnswerMeaning meaning)
    {
        var name = meaning.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }
}
