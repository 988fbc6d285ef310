using Herald.Messages;
using Microsoft.Extensions.Logging;

namespace Herald.Posts;

/// <summary>Delivers messages as posts to chat services and other services over HTTP: <c>post://PROVIDER[/to]</c>.</summary>
public sealed class PostChannel(IReadOnlyCollection<PostProvider> providers, TimeProvider time, ILogger? logger = null)
    : MessageChannel("posts", ["post"], providers, time, logger)
{
    internal IReadOnlyCollection<PostProvider> Providers => providers;

    /// <summary>Each provider has its own recipients, and checks them itself.</summary>
    protected override string? RefuseTo(string to) => PostRecipientCheck.RefuseText(to);

    protected override string? RefuseTo(string provider, string to) =>
        RefuseTo(to) ?? providers.FirstOrDefault(one => one.Name == provider)?.RefuseTo(to);
}
