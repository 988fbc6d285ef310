using Herald.Engine.Events;
using Herald.Messages;
using Herald.Notifications.Posts;
using Herald.Notifications.Statuses;

namespace Herald.Notifications.Doors;

/// <summary>The row of a post, before anything has happened to it.</summary>
internal static class AcceptedPost
{
    /// <param name="post">An event whose payload is the canonical form of a post.</param>
    /// <param name="isExternal">Whether the settings give a destination to another program.</param>
    /// <exception cref="InvalidDataException">The payload is no post.</exception>
    public static Row ToRow(in EventView post, Func<Destination, bool> isExternal) => ToRow(StoredPost.Read(post.Payload), post, isExternal);

    /// <inheritdoc cref="ToRow(in EventView, Func{Destination, bool})"/>
    /// <param name="read">What was read from the payload.</param>
    public static Row ToRow(Post read, in EventView post, Func<Destination, bool> isExternal) => new Row
    {
        Uuid = read.Uuid,
        Content = ContentHash.Of(post.Payload.Span).Value,
        Destination = read.Destination,
        IsHigh = read.Priority == MessagePriority.High,
        IsExternal = isExternal(read.Destination),
        Recipient = read.To,
        AcceptedAtMs = post.AcceptedAtMs,
        NotBeforeMs = read.NotBeforeMs,
        ExpiresMs = read.ExpiresMs,
    }.Fit();
}
