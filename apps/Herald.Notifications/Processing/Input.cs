using Herald.Engine.Events;
using Herald.Notifications.Doors;
using Herald.Notifications.Posts;
using Herald.Notifications.Recipients;

namespace Herald.Notifications.Processing;

/// <summary>What an event of the notifications' topic says.</summary>
internal abstract record Input(Guid Uuid)
{
    public sealed record Posted(Post Post) : Input(Post.Uuid);

    /// <param name="IsRecipientGone">The address will never take anything.</param>
    public sealed record Happened(Guid Uuid, Fact Fact, bool IsRecipientGone) : Input(Uuid);

    /// <exception cref="InvalidDataException">The event breaks a rule; the message says which.</exception>
    public static Input Read(in EventView view)
    {
        if (!PostUuid.TryParse(view.KeyText ?? "", out var uuid))
            throw new InvalidDataException($"key = '{view.KeyText}': The key is the uuid of the notification.");
        var type = view.TypeText;
        switch (type)
        {
            case NotificationEvents.Post:
                var post = StoredPost.Read(view.Payload);
                return post.Uuid == uuid
                    ? new Posted(post)
                    : throw new InvalidDataException($"payload/uuid = '{post.Uuid:D}': The uuid is the key of the event, which is {uuid:D}.");
            case NotificationEvents.Result:
                var result = ExternalResult.Read(view.Payload);
                var isProcessed = result.Status == NotificationStatus.Processed;
                return new Happened(uuid, new Fact.Resulted(isProcessed, result.Detail, view.AcceptedAtMs), false);
        }
        // A caller could otherwise say what became of a notification.
        if ((view.Flags & EventFlags.Emitted) == 0 || view.Hops > 0)
            throw new InvalidDataException($"type = '{type}': Only Herald itself makes such events. Publish others to a topic of your own.");
        if (type == NotificationEvents.Verdict)
        {
            var verdict = StageVerdict.Read(view.Payload);
            return new Happened(uuid, new Fact.Judged(verdict.Kind, verdict.Reason, verdict.AtMs), false);
        }
        var report = Report.Read(type, view.Payload);
        return new Happened(uuid, report.Fact, report.IsRecipientGone);
    }
}
