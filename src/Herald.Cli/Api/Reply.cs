using System.Text.Json;
using Herald.Cli.CommandLine;

namespace Herald.Cli.Api;

/// <summary>What Herald answered: a status, and a JSON body unless there was none.</summary>
internal sealed record Reply(int Status, JsonElement? Body, string Text, string? ETag, TimeSpan? RetryAfter)
{
    public bool Succeeded => Status is >= 200 and < 300;

    public ExitCode ExitCode => Status switch
    {
        >= 200 and < 300 => ExitCode.Ok,
        404 => ExitCode.NotFound,
        401 or 403 or 421 => ExitCode.NotAllowed,
        429 or 503 => ExitCode.Unavailable,
        >= 400 and < 500 => ExitCode.Refused,
        _ => ExitCode.Failed,
    };

    /// <summary>For people: the problem's detail, then one line for each field that breaks a rule.</summary>
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
