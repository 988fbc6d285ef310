using System.Text;
using Herald.Engine.Catalogs;
using Herald.Engine.Events;
using Herald.Engine.Publishing;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Shards;

/// <summary>Makes new events of stored ones: for another topic (forward), or for one subscription (redrive).</summary>
internal sealed class ForwardEncoder(IEventLog log, EventEncoder encoder, Catalog catalog, TimeProvider time)
{
    /// <summary>An event is forwarded so often at most: topics that forward to each other in a circle end there.</summary>
    public const int MostHops = 5;

    public const string TopicGone = "forward-topic-gone", EventGone = "forward-event-gone", TooManyHops = "forward-hops",
        TooLarge = "forward-too-large", NotTaken = "forward-refused";

    /// <summary>The event for the topic that the subscription forwards to.</summary>
    /// <param name="mostBytes">That it may have.</param>
    public async ValueTask<ForwardResult> EncodeAsync(
        ShardId shard, long sequence, Subscription subscription, long mostBytes, CancellationToken cancel)
    {
        if (subscription.Retry.ForwardTo is not { } name || await catalog.FindTopicAsync(name, cancel) is not { } topic)
            return Gone(subscription.Retry.ForwardTo);
        var copy = new CopySink();
        await log.ReadEventsAsync(shard, new[] { sequence }, copy, cancel);
        if (copy.Record is not { } record)
            return new ForwardResult.Refused(copy.Damage is null ? EventGone : DeadLetterReason.Damaged, copy.Damage ?? "The log has the event no more.", HasNoRecord: true);
        var view = new EventView(record);
        if (record.Length + topic.NameUtf8.Length > mostBytes)
            return new ForwardResult.Refused(TooLarge, $"The event has {record.Length} bytes; {mostBytes} at most are forwarded.");
        return view.Hops >= MostHops
            ? new ForwardResult.Refused(TooManyHops, $"The event has been forwarded {view.Hops} times, and is not forwarded to '{name}': topics that forward to each other make a circle.")
            : new ForwardResult.Made(Encode(view, topic.NameUtf8, topic.Number, default, 0, isEmitted: true, view.Hops + 1));
    }

    /// <summary>Whether the topic that an event was forwarded to is there still; asked of the store itself.</summary>
    /// <param name="number">That it had when the event was made.</param>
    public async ValueTask<ForwardResult.Refused?> CheckTopicAsync(string name, int number, CancellationToken cancel) =>
        await catalog.TopicNowAsync(name, cancel) is { } topic && topic.Number == number ? null : Gone(name);

    /// <summary>The event again, for this subscription only, at the end of its key.</summary>
    /// <remarks>It is not a publication: with the address beside it, its id makes it no duplicate of its original, nor of an earlier redrive.</remarks>
    public NewEvent Address(EventView view, int topicNumber, string subscriptionId, long originalSequence) => Encode(
        view, view.Topic, topicNumber, Encoding.UTF8.GetBytes(subscriptionId), originalSequence, (view.Flags & EventFlags.Emitted) != 0, view.Hops);

    private static ForwardResult.Refused Gone(string? topic) => new(TopicGone, $"There is no topic '{topic}' to forward it to.");

    private NewEvent Encode(EventView view, ReadOnlySpan<byte> topic, int topicNumber, ReadOnlySpan<byte> address, long originalSequence, bool isEmitted, int hops)
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
