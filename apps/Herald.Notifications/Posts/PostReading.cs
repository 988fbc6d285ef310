using System.Diagnostics.CodeAnalysis;
using Herald.Engine.Basics;
using Herald.Hosting.Problems;

namespace Herald.Notifications.Posts;

/// <summary>What JSON was read as: a post, or everything that is wrong with it.</summary>
internal sealed class PostReading
{
    public Post? Post { get; init; }

    /// <summary>
    /// The post has expired. A new one is refused because of this. One that was accepted in its time, and is posted again, is not: its
    /// caller only asks what has become of it.
    /// </summary>
    public FieldProblem? Late { get; init; }

    /// <summary>In Unix milliseconds, when a message of Kafka says when a server received it.</summary>
    public long? ReceivedMs { get; init; }

    public ProblemList Problems { get; init; } = new();

    /// <summary>Nothing is wrong but that texts are too long.</summary>
    public bool IsOnlyTooLarge { get; init; }

    /// <summary>False when the bytes are not JSON, so that nothing is known of the fields.</summary>
    public bool IsJson { get; init; } = true;

    [MemberNotNullWhen(true, nameof(Post))]
    public bool IsPost => Post is not null;

    /// <summary>All problems as one sentence for a dead letter.</summary>
    public string Describe()
    {
        const int Most = 5;
        var shown = Problems.Shown.Take(Most).Select(problem => $"{Name(problem.Pointer)} = '{problem.Value}': {problem.Rule}");
        return string.Join(' ', Problems.Count > Most ? shown.Append($"There are {Problems.Count - Most} more problems.") : shown);
    }

    private static string Name(string pointer) => pointer.Length == 0 ? "value" : pointer[1..].Replace('/', '.');
}
