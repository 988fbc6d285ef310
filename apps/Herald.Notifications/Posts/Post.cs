using Herald.Engine.Basics;
using Herald.Messages;

namespace Herald.Notifications.Posts;

/// <summary>
/// A request to tell somebody something, checked by <see cref="PostReader"/>. Posts with the same content are equal and have the same
/// canonical form (<see cref="PostWriter"/>).
/// </summary>
/// <remarks>What settings add, such as the default recipient and the text of a template, is not filled in: settings can change.</remarks>
internal sealed record Post
{
    public required Guid Uuid { get; init; }

    public required Destination Destination { get; init; }

    /// <summary>
    /// A person as <c>user:NAME</c>, or an address in the form of the channel. The subscription of a browser is canonical JSON.
    /// </summary>
    public string? To { get; init; }

    public string? Text { get; init; }

    public string? Subject { get; init; }

    public string? Html { get; init; }

    public TextMap Data { get; init; } = TextMap.Empty;

    /// <summary>The template of the settings that gives the texts which the post does not have.</summary>
    public string? Template { get; init; }

    public TextMap Params { get; init; } = TextMap.Empty;

    public long? NotBeforeMs { get; init; }

    public long? ExpiresMs { get; init; }

    public MessagePriority Priority { get; init; } = MessagePriority.Normal;

    public string? Category { get; init; }

    /// <summary>An absolute https or mailto address.</summary>
    public string? Unsubscribe { get; init; }
}
