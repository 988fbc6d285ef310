using System.Text;
using Herald.Engine;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;
using Herald.Messages;
using Herald.Notifications.Posts;
using Herald.Notifications.Reading;
using Herald.Notifications.Statuses;

namespace Herald.Notifications.Doors;

/// <summary>
/// Finds notifications by uuid: the row of the application, or the post that is durable in the log and waits for the application.
/// </summary>
internal sealed class NotificationFinder(HeraldEngine engine, StatusReader rows, NotificationsOptions options)
{
    /// <returns>Null when nothing is known of the uuid. A row without a number stands for a post that waits in the log.</returns>
    /// <exception cref="InvalidDataException">A stored value is damaged; the message names it.</exception>
    public async ValueTask<Row?> FindAsync(Guid uuid, CancellationToken cancel)
    {
        if (await rows.FindAsync(uuid, cancel) is { } row)
            return row;
        return await FindEventAsync($"{uuid:D}", $"{uuid:D}", cancel) is { } post ? AcceptedPost.ToRow(post, IsExternal) : null;
    }

    /// <summary>The statuses of posts that the log has, as far as they can be read.</summary>
    public async ValueTask<NotificationStatus[]> StatusesAsync(IReadOnlyList<Guid> uuids, CancellationToken cancel)
    {
        try
        {
            var found = await rows.FindAsync(uuids, cancel);
            return Array.ConvertAll(found, row => row?.Status ?? NotificationStatus.NotProcessed);
        }
        catch (InvalidDataException) when (uuids.Count > 1)
        {
            var statuses = new NotificationStatus[uuids.Count];
            for (var at = 0; at < statuses.Length; at++)
                statuses[at] = (await StatusesAsync([uuids[at]], cancel))[0];
            return statuses;
        }
        catch (InvalidDataException)
        {
            // Whoever asks for this status is told that it is damaged. The post itself is in the log.
            return [NotificationStatus.NotProcessed];
        }
    }

    /// <summary>An event of the notifications' topic that the store remembers by its id.</summary>
    public async ValueTask<EventView?> FindEventAsync(string key, string id, CancellationToken cancel)
    {
        if (await TopicAsync(cancel) is not { } topic)
            return null;
        var (shard, sequence) = await engine.Intake.FindAsync(topic, Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(id), cancel);
        if (sequence == 0)
            return null;
        var found = new Found();
        await engine.Log.ReadEventsAsync(shard, new[] { sequence }, found, cancel);
        // Ids are remembered as hashes, so the event has the last word.
        return found.Event is { } view && view.IdText == id && view.KeyText == key ? view : null;
    }

    public ValueTask<Topic?> TopicAsync(CancellationToken cancel) => engine.Catalog.FindTopicAsync(NotificationEvents.Topic, cancel);

    private bool IsExternal(Destination destination) =>
        options.Destinations.TryGetValue(PostNames.CanonicalOf(destination), out var one) && one.External;

    private sealed class Found : IEventSink
    {
        public EventView? Event { get; private set; }

        public void OnEvent(long sequence, ReadOnlySpan<byte> record) => Event = new EventView(record.ToArray());

        /// <summary>The application makes a dead letter of a damaged event, and the notification is not found.</summary>
        public void OnDamaged(long sequence, string damage) { }
    }
}
