using System.Text.Json;

namespace Herald.Client;

/// <summary>The answer to a post.</summary>
public sealed record PostedNotification
{
    public required Guid Uuid { get; init; }

    /// <summary>The status of now: a post that was known already can have another one than <c>NOT_PROCESSED</c>.</summary>
    public required string Status { get; init; }
}

/// <summary>The result for each notification of a request, in the order of the request.</summary>
public sealed record PostAnswer
{
    /// <summary>How many are accepted, now or before.</summary>
    public required int Taken { get; init; }

    public required int Refused { get; init; }

    public required IReadOnlyList<PostResult> Results { get; init; }

    /// <summary>The results in an answer of any status: when all are refused, they are part of the problem.</summary>
    /// <returns>Null when the answer has none.</returns>
    public static IReadOnlyList<PostResult>? Find(Reply reply)
    {
        ArgumentNullException.ThrowIfNull(reply);
        if (reply.Body is not { ValueKind: JsonValueKind.Object } body || !body.TryGetProperty("results", out var results))
            return null;
        try
        {
            return results.Deserialize(ClientJson.Default.IReadOnlyListPostResult);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>What became of one of many posts.</summary>
public sealed record PostResult
{
    public required int Index { get; init; }

    /// <summary>Null when the uuid could not be read.</summary>
    public string? Uuid { get; init; }

    /// <summary>Null when the post is refused.</summary>
    public string? Status { get; init; }

    /// <summary><c>new</c>, <c>same</c>, <c>conflict</c> or <c>refused</c>.</summary>
    public required string Outcome { get; init; }

    /// <summary>Why it is refused.</summary>
    public PostProblem? Problem { get; init; }
}

/// <summary>Why one of many posts is refused.</summary>
public sealed record PostProblem
{
    /// <summary>For programs: it does not change. docs/notifications.md lists the codes.</summary>
    public required string Code { get; init; }

    public string? Title { get; init; }

    public string? Detail { get; init; }

    /// <summary>The fields that break a rule.</summary>
    public IReadOnlyList<FieldProblem>? Errors { get; init; }

    public override string ToString() => Errors is { Count: > 0 } ? string.Join("; ", Errors) : Detail ?? Title ?? Code;
}
