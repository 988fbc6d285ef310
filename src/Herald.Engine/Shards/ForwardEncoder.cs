using Herald.Engine.Catalogs;
using Herald.Engine.Events;
using Herald.Engine.Publishing;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Shards;

/// <summary>Makes new events of stored ones: for another topic (forward), or for one subscription (redrive).</summary>
internal sealed class ForwardEncoder(IEventLog log, EventEncoder encoder, Catalog catalog, TimeProvider time)
{
    /// <summary>Null when the event, or the topic to forward to, is no more.</summary>
    public async ValueTask<NewEvent?> EncodeAsync(ShardId shard, long sequence, Subscription subscription, CancellationToken cancel)
    {
        if (subscription.Retry.ForwardTo is not { } name || await catalog.FindTopicAsync(name, cancel) is not { } topic)
            return null;
        var copy = new CopySink();
        await log.ReadEventsAsync(shard, new[] { sequence }, copy, cancel);
        return copy.Record is { } record ? Encode(new EventView(record), topic.NameUtf8, topic.Number, default, 0) : null;
    }

    /// <summary>The event again, for this subscription only, at the end of its key.</summary>
    public NewEvent Address(EventView view, int topicNumber, string subscriptionId, long originalSequence) =>
        Encode(view, view.Topic, topicNumber, System.Text.Encoding.UTF8.GetBytes(subscriptionId), originalSequence);

    private NewEvent Encode(EventView view, ReadOnlySpan<byte> topic, int topicNumber, ReadOnlySpan<byte> address, long originalSequence)
    {
        var draft = new EventDraft
        {
            Id = view.Id,
            // An addressed event is not a publication: it is no duplicate of its original, nor of an earlier redrive.
            HasId = address.IsEmpty && (view.Flags & EventFlags.Identified) != 0,
            Key = view.Key,
            HasKey = view.HasKey,
            Type = view.Type,
            ContentType = view.ContentType,
            Payload = view.Payload.Span,
            Trace = view.Trace,
            TimeMs = view.TimeMs,
        };
        var attributes = view.AttributesEncoded;
        var record = new byte[EventEncoder.LengthOf(draft, topic.Length, attributes, address.Length)];
        EventEncoder.Write(draft, topic, attributes, view.AttributeCount, address, time.GetUtcNow().ToUnixTimeMilliseconds(), originalSequence, record);
        return encoder.Index(record, topicNumber);
    }
}
