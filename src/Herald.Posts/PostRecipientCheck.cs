using Herald.Messages;

namespace Herald.Posts;

/// <summary>A recipient of posts is what one of the configured services accepts: a channel, a person, a topic.</summary>
/// <remarks>Producers call every chat service SLACK, so the service is not known here.</remarks>
internal sealed class PostRecipientCheck(IReadOnlyCollection<PostProvider> providers) : IRecipientCheck
{
    private const int Longest = 512;

    public Destination Kind => Destination.Slack;

    public string? Refuse(string to)
    {
        ArgumentNullException.ThrowIfNull(to);
        if (to.Length == 0)
            return "It is empty. Write a recipient, such as a channel.";
        if (RefuseText(to) is { } problem)
            return problem;
        var problems = providers.Select(provider => provider.RefuseTo(to)).ToList();
        return problems.Count == 0 || problems.Contains(null) ? null : string.Join(' ', problems.Distinct(StringComparer.Ordinal));
    }

    /// <summary>What no service accepts.</summary>
    internal static string? RefuseText(string to) =>
        to.Length > Longest ? $"It has {to.Length:N0} characters; a recipient has at most {Longest}."
        : to.Any(char.IsControl) ? "It contains a control character, such as a line break. Remove it."
        : null;
}
