using Herald.Engine.Events;
using Herald.Simulation.Stores;

namespace Herald.Simulation.Judges;

/// <summary>An event of the log, with what the judge needs of it.</summary>
/// <param name="Key">
/// The unit of order: topic and key, or topic and id for an event without a key. Never a hash, because two keys can share one.
/// </param>
/// <param name="TopicName">The full name of the topic, which names the tenant.</param>
/// <param name="KeyHash">Identifies the engine's lane.</param>
/// <param name="Address">The full name of the subscription that a redrive is for. Null: the event is for all subscriptions.</param>
internal sealed record AcceptedEvent(long Sequence, string Key, ulong KeyHash, int Topic, string TopicName, string? Type, string? Color, string? Address, string Payload, byte[] Record, long AtMs)
{
    public static AcceptedEvent Of(StoredEvent stored, string topic, long atMs)
    {
        var view = new EventView(stored.Record);
        return new(
            stored.Entry.Sequence, $"{stored.Entry.Topic}/{view.KeyText ?? "id/" + view.IdText}", stored.Entry.KeyHash, stored.Entry.Topic, topic, view.TypeText, view.AttributesText().GetValueOrDefault(Worlds.EventMaker.Attribute),
            view.Address.IsEmpty ? null : System.Text.Encoding.UTF8.GetString(view.Address), System.Text.Encoding.UTF8.GetString(view.Payload.Span), stored.Record, atMs);
    }
}
