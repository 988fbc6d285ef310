using Herald.Messages;
using Herald.Messages.Providers;

namespace Herald.Posts;

/// <summary>Delivers messages as posts to chat services and other services over HTTP: <c>post://PROVIDER[/to]</c>.</summary>
public sealed class PostChannel(IEnumerable<IProvider> providers, TimeProvider time)
    : MessageChannel("posts", ["post"], providers, time)
{
    private const int LongestTo = 512;

    /// <summary>Each provider has its own recipients, and checks them itself.</summary>
    protected override string? RefuseTo(string to)
    {
        ArgumentNullException.ThrowIfNull(to);
        return to.Length > LongestTo ? $"It has {to.Length:N0} characters; a recipient has at most {LongestTo}."
            : to.Any(char.IsControl) ? "It contains a control character, such as a line break. Remove it."
            : null;
    }
}
