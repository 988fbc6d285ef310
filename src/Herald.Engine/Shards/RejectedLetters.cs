using Herald.Engine.Events;
using Herald.Engine.Sources;
using Herald.Engine.Stores;

namespace Herald.Engine.Shards;

/// <summary>Makes dead letters of messages that a source could not understand. They belong to no subscription: its number is 0, its id empty.</summary>
internal sealed class RejectedLetters(ShardId shard, long nowMs) : IEventSink
{
    public List<NewDeadLetter> Letters { get; } = [];

    void IEventSink.OnEvent(long sequence, ReadOnlySpan<byte> record)
    {
        var view = new EventView(record.ToArray());
        var why = view.AttributesText().GetValueOrDefault(Rejection.ReasonAttribute, "");
        var reason = new DeadLetterReason(Rejection.Reason, why, Attempts: 0, StatusCode: null, FirstAttemptAtMs: 0, nowMs);
        Letters.Add(new NewDeadLetter(new DeadLetterId(shard, 0, 0, sequence), "", view.TopicText, reason, default));
    }
}
