using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Events;
using Herald.Engine.Stores;

namespace Herald.Engine.Shards;

/// <summary>
/// Makes dead letters of messages that a source could not read, and of events whose attributes are damaged, so that filters could not be
/// checked. They belong to no subscription: number 0 and an empty id.
/// </summary>
internal sealed class RejectedLetters(ShardId shard, long nowMs) : IEventSink
{
    private readonly List<(long Sequence, string Damage)> _damaged = [];

    public List<NewDeadLetter> Letters { get; } = [];
    public int Damaged => _damaged.Count;

    void IEventSink.OnEvent(long sequence, ReadOnlySpan<byte> record)
    {
        var view = new EventView(record.ToArray());
        var attributes = view.AttributesText();
        var tenant = TenantId.TryParse(attributes.GetValueOrDefault(RejectedDraft.TenantAttribute), out var given) ? given : default;
        Letters.Add(Letter(sequence, tenant.FullName(view.TopicText), RejectedDraft.Reason, attributes.GetValueOrDefault(RejectedDraft.ReasonAttribute, "")));
    }

    void IEventSink.OnDamaged(long sequence, string damage) => _damaged.Add((sequence, damage));

    /// <summary>A damaged event does not contain its topic's name any more. The index entry has the topic's number.</summary>
    public async ValueTask AddDamagedAsync(IReadOnlyList<RejectedEntry> entries, ICatalogStore catalog, CancellationToken cancel)
    {
        if (_damaged.Count == 0)
            return;
        var numbers = entries.ToDictionary(entry => entry.Sequence, entry => entry.Topic);
        var topics = await catalog.FindAsync(new CatalogQuery.ByNumber(CatalogCodec.TopicKind, [.. _damaged.Select(one => numbers[one.Sequence]).Distinct()]), cancel);
        var names = topics.ToDictionary(topic => topic.Number, topic => topic.Id);
        foreach (var (sequence, damage) in _damaged)
            Letters.Add(Letter(sequence, names.GetValueOrDefault(numbers[sequence], ""), DeadLetterReason.Damaged, damage) with { HasNoRecord = true });
    }

    /// <param name="topic">Its full name.</param>
    private NewDeadLetter Letter(long sequence, string topic, string reason, string detail) => new(
        new DeadLetterId(shard, 0, 0, sequence), "", topic, new DeadLetterReason(reason, detail, Attempts: 0, StatusCode: null, FirstAttemptAtMs: 0, nowMs), default);
}
