using System.Text.Json;

namespace Herald.Client;

/// <summary>What went wrong (RFC 9457). docs/api.md lists the codes.</summary>
public sealed record Problem
{
    /// <summary>The code of a problem that this client found: the answer was a success, but could not be read.</summary>
    public const string UnreadableAnswer = "unreadable-answer";

    /// <summary>The HTTP status of the answer.</summary>
    public required int Status { get; init; }

    /// <summary>For programs: it does not change. Null when the answer is not one of Herald's, but for example a proxy's.</summary>
    public string? Code { get; init; }

    /// <summary>The kind of problem, for people.</summary>
    public required string Title { get; init; }

    /// <summary>This problem, for people.</summary>
    public required string Detail { get; init; }

    /// <summary>The fields that break a rule.</summary>
    public IReadOnlyList<FieldProblem> Errors { get; init; } = [];

    /// <summary>After publishing a batch of which nothing was accepted: the reason for each event.</summary>
    public IReadOnlyList<PublishResult> Results { get; init; } = [];

    /// <summary>The detail, and then one line for each field that breaks a rule.</summary>
    public IEnumerable<string> Lines() => Errors.Select(error => $"  {error}").Prepend(Detail);

    internal static Problem Of(Reply reply)
    {
        var answered = $"Herald answered {reply.Status}";
        if (reply.Body is not { ValueKind: JsonValueKind.Object } body)
        {
            var detail = reply.Text.Length == 0 ? $"{answered}." : $"{answered}: {reply.Text.Trim()}";
            return new() { Status = reply.Status, Title = $"{answered}.", Detail = detail };
        }
        var title = JsonText.Find(body, "title");
        return new()
        {
            Status = reply.Status,
            Code = JsonText.Find(body, "code"),
            Title = title ?? $"{answered}.",
            Detail = JsonText.Find(body, "detail") ?? title ?? $"{answered}.",
            Errors = ErrorsOf(body),
            Results = ResultsOf(body),
        };
    }

    internal static Problem Unreadable(Reply reply, string why) => new()
    {
        Status = reply.Status,
        Code = UnreadableAnswer,
        Title = "The answer cannot be read",
        Detail = $"Herald answered {reply.Status}, but this client cannot read the answer. {why}",
    };

    // Read field by field: a problem of another version, or of a program before Herald, must still be shown.
    private static FieldProblem[] ErrorsOf(JsonElement body) =>
        body.TryGetProperty("errors", out var errors) && errors.ValueKind == JsonValueKind.Array
            ? [.. errors.EnumerateArray().Select(FieldProblem.Of)] : [];

    private static IReadOnlyList<PublishResult> ResultsOf(JsonElement body)
    {
        if (!body.TryGetProperty("results", out _))
            return [];
        try
        {
            return body.Deserialize(ClientJson.Default.PublishAnswer)?.Results ?? [];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}
