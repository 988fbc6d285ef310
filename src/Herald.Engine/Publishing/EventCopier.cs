using System.Text;
using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Publishing;

/// <summary>Makes new events from stored ones: for another topic (a forward), or for one subscription (a redrive).</summary>
internal sealed class EventCopier(IEventLog log, EventEncoder encoder, Catalog catalog, TimeProvider time)
{
    /// <summary>The most times that an event is forwarded. It ends circles of topics that forward to each other.</summary>
    public const int MostHops = 5;

    public const string TopicGone = "forward-topic-gone", EventGone = "forward-event-gone", TooManyHops = "forward-hops",
        TooLarge = "forward-too-large", NotTaken = "forward-refused";

    /// <summary>Makes the event for the topic to which the subscription forwards.</summary>
    /// <param name="mostBytes">The most bytes that the event may have.</param>
    public async ValueTask<ForwardResult> EncodeAsync(
        ShardId shard, long sequence, Subscription subscription, long mostBytes, CancellationToken cancel)
    {
        if (subscription.Retry.ForwardTo is not { } name || await catalog.Of(subscription.Tenant).FindTopicAsync(name, cancel) is not { } topic)
            return Gone(subscription.Retry.ForwardTo);
        var copy = new CopySink();
        await log.ReadEventsAsync(shard, new[] { sequence }, copy, cancel);
        if (copy.Record is not { } record)
            return new ForwardResult.Refused(
                copy.Damage is null ? EventGone : DeadLetterReason.Damaged, copy.Damage ?? "The log no longer contains the event.",
                HasNoRecord: true);
        var view = new EventView(record);
        if (record.Length + topic.NameUtf8.Length > mostBytes)
            return new ForwardResult.Refused(TooLarge, $"The event has {record.Length} bytes; the limit for forwarding is {mostBytes}.");
        return view.Hops >= MostHops
            ? new ForwardResult.Refused(
                TooManyHops,
                $"The event has been forwarded {view.Hops} times already, so it is not forwarded to '{name}'. "
                    + "Topics that forward to each other form a loop.")
            : new ForwardResult.Made(Encode(view, topic.NameUtf8, topic.Number, default, 0, isEmitted: true, view.Hops + 1));
    }

    /// <summary>Checks in the store that the topic of a forwarded event still exists. Null means that it does.</summary>
    /// <param name="number">The topic's number when the event was made.</param>
    public async ValueTask<ForwardResult.Refused?> CheckTopicAsync(TenantId tenant, string name, int number, CancellationToken cancel) =>
        await catalog.Of(tenant).TopicNowAsync(name, cancel) is { } topic && topic.Number == number ? null : Gone(name);

    /// <summary>Makes the event of a redrive: for this subscription only, at the end of its key.</summary>
    /// <remarks>
    /// It keeps the id of its original. Stores exclude addressed events from deduplication, so it is no duplicate of its original or of an
    /// earlier redrive.
    /// </remarks>
    /// <param name="subscription">Its full name.</param>
    public NewEvent Address(EventView view, int topicNumber, string subscription, long originalSequence) => Encode(
        view, view.Topic, topicNumber, Encoding.UTF8.GetBytes(subscription), originalSequence, (view.Flags & EventFlags.Emitted) != 0,
        view.Hops);

    private static ForwardResult.Refused Gone(string? topic) => new(TopicGone,
        $"The event cannot be forwarded, because topic '{topic}' does not exist.");

    private NewEvent Encode(
        EventView view, ReadOnlySpan<byte> topic, int topicNumber, ReadOnlySpan<byte> address, long originalSequence, bool isEmitted,
        int hops)
    {
        var draft = new EventDraft
        {
            Id = view.Id,
            HasId = (view.Flags & EventFlags.Identified) != 0,
            IsEmitted = isEmitted,
            Hops = hops,
            Key = view.Key,
            HasKey = view.HasKey,
            Type = view.Type,
            ContentType = view.ContentType,
            Payload = view.StoredPayload.Span,
            KeyId = view.KeyId,
            Trace = view.Trace,
            TimeMs = view.TimeMs,
        };
        var attributes = view.AttributesEncoded;
        var record = new byte[EventEncoder.LengthOf(draft, topic.Length, attributes, address.Length)];
        EventEncoder.Write(
            draft, topic, attributes, view.AttributeCount, address, time.GetUtcNow().ToUnixTimeMilliseconds(), originalSequence, record);
        return encoder.Index(record, topicNumber);
    }
}
