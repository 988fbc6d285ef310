using System.Text.Json;

namespace Herald.Client;

/// <summary>Herald's answer: a status, and a JSON body if there is one.</summary>
public sealed record Reply(int Status, JsonElement? Body, string Text, string? ETag, TimeSpan? RetryAfter)
{
    public bool Succeeded => Status is >= 200 and < 300;

    /// <summary>The text for people: the detail of the problem, and then one line for each field that breaks a rule.</summary>
    public IEnumerable<string> ProblemLines()
    {
        if (Body is not { ValueKind: JsonValueKind.Object } problem)
        {
            yield return Text.Length == 0 ? $"Herald answered {Status}." : $"Herald answered {Status}: {Text.Trim()}";
            yield break;
        }
        yield return JsonText.Find(problem, "detail") ?? JsonText.Find(problem, "title") ?? $"Herald answered {Status}.";
        if (!problem.TryGetProperty("errors", out var errors) || errors.ValueKind != JsonValueKind.Array)
            yield break;
        foreach (var error in errors.EnumerateArray())
            yield return $"  {JsonText.Find(error, "pointer")}: {JsonText.Find(error, "value")}: {JsonText.Find(error, "rule")}";
    }
}
