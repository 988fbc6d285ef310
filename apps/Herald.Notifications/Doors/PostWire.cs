using System.ComponentModel;
using Herald.Hosting.Problems;

namespace Herald.Notifications.Doors;

[Description("The answer to a post.")]
internal sealed record PostedWire
{
    public required string Uuid { get; set; }

    [Description("NOT_PROCESSED, PROCESSED, FAILED or EXPIRED.")]
    public required string Status { get; set; }

    public static PostedWire Of(Guid uuid, NotificationStatus status) => new() { Uuid = $"{uuid:D}", Status = StatusText.Of(status) };
}

[Description("The answer to many posts.")]
internal sealed record BulkWire
{
    [Description("How many are accepted, now or before.")]
    public required int Taken { get; set; }

    [Description("How many are refused, because of a conflict too.")]
    public required int Refused { get; set; }

    [Description("One result for each post, in the order of the posts.")]
    public required IReadOnlyList<BulkResultWire> Results { get; set; }

    public static BulkWire Of(IReadOnlyList<BulkResultWire> results)
    {
        var taken = results.Count(result => result.Problem is null);
        return new() { Taken = taken, Refused = results.Count - taken, Results = results };
    }
}

[Description("What became of one of many posts.")]
internal sealed record BulkResultWire
{
    [Description("The place of the post in the request, from 0.")]
    public required int Index { get; set; }

    [Description("Absent when the uuid could not be read.")]
    public string? Uuid { get; set; }

    [Description("Absent when the post is refused.")]
    public string? Status { get; set; }

    [Description("new, same, conflict or refused.")]
    public required string Outcome { get; set; }

    [Description("Why the post is refused.")]
    public ProblemWire? Problem { get; set; }

    /// <summary>The result of a post that was read.</summary>
    public static BulkResultWire Of(int index, Guid uuid, PostAnswer answer) => new()
    {
        Index = index,
        Uuid = $"{uuid:D}",
        Status = answer.Outcome is PostOutcome.New or PostOutcome.Same ? StatusText.Of(answer.Status) : null,
        Outcome = answer.Outcome switch
        {
            PostOutcome.New => "new",
            PostOutcome.Same => "same",
            PostOutcome.Conflict => "conflict",
            PostOutcome.NoRoom or PostOutcome.TooLarge or PostOutcome.Unknown or PostOutcome.Damaged => "refused",
        },
        Problem = NotificationsProblem.Of(answer.Outcome, uuid) is { } problem ? NotificationsProblem.ToWire(problem) : null,
    };

    /// <param name="uuid">Null when it could not be read.</param>
    public static BulkResultWire Refused(int index, Guid? uuid, Problem problem) =>
        new() { Index = index, Uuid = uuid?.ToString("D"), Outcome = "refused", Problem = NotificationsProblem.ToWire(problem) };
}
