using Herald.Engine.Basics;
using Herald.Hosting.Problems;

namespace Herald.Notifications.Doors;

/// <summary>One post of a request: what it was read as, and then what became of it.</summary>
internal sealed class PostItem
{
    /// <summary>Null when it broke a rule.</summary>
    public CheckedPost? Post { get; init; }

    /// <summary>The post has expired, so it is refused unless it was accepted in its time.</summary>
    public FieldProblem? Late { get; init; }

    /// <summary>Why it is refused.</summary>
    public Problem? Refusal { get; set; }

    public PostAnswer? Answer { get; set; }

    public bool IsTaken => Answer is { Outcome: PostOutcome.New or PostOutcome.Same };

    public BulkResultWire ToWire(int index) => Answer is { } answer
        ? BulkResultWire.Of(index, Post!.Post.Uuid, answer)
        : BulkResultWire.Refused(index, Post?.Post.Uuid, Refusal!);
}
