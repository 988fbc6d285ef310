using Herald.Engine.Events;
using Herald.Engine.Stores;

namespace Herald.Contracts.Stores.Histories;

/// <summary>Draws what a step asks for.</summary>
internal sealed partial class StoreWalk
{
    private ModelEvent[] DrawEvents(int count) => [.. Enumerable.Range(0, count).Select(_ => DrawEvent())];

    /// <summary>There are few ids, so most are repeated, with the same content or with another one.</summary>
    private ModelEvent DrawEvent()
    {
        var (key, id) = (Draw(Keys), Draw(0.5) ? $"id-{random.Next(40)}" : null);
        var content = Draw(0.8) ? "usual" : $"other-{random.Next(3)}";
        content += new string('.', facts.ContentBytes);
        var one = _events.Make(id, key, payload: StoreEvents.Payload(content), shard: Array.IndexOf(Keys, key) % Shards);
        return new ModelEvent(one, key, id, content);
    }

    private ModelEvent DrawEmitted()
    {
        var (key, content) = (Draw(Keys), Text("emitted"));
        var made = _events.Make(Text("made"), key, payload: StoreEvents.Payload(content), shard: random.Next(Shards));
        return new ModelEvent(StoreEvents.Emitted(made), key, null, content);
    }

    /// <summary>The event of a dead letter again, with an id that is not deduplicated.</summary>
    private ModelEvent Addressed(DeadLetter letter)
    {
        var made = _events.Make($"id-{random.Next(40)}", Draw(Keys), payload: StoreEvents.Payload("again"), shard: letter.Id.Shard.Value);
        var one = made with { Index = made.Index with { Flags = made.Index.Flags | EventFlags.Addressed } };
        return new ModelEvent(one, "again", null, "again");
    }

    private StateWrite DrawState() => new(
        Draw(Applications), StoreEvents.Payload(Draw(Keys)), DrawBody("s", gone: 0.25));

    /// <summary>Null: the entry is removed. Now and then the body is empty.</summary>
    private ReadOnlyMemory<byte>? DrawBody(string of, double gone) => Draw(gone) ? null : StoreEvents.Payload(Draw(0.1) ? "" : Text(of));

    private KeptKey DrawKept(long last) =>
        new(_events.Make(key: Draw(Keys)).Index.KeyHash, Draw(0.3) ? 0 : random.NextInt64(1, last + 2));

    private NewDeadLetter[] DrawLetters(int shard) =>
        [.. Enumerable.Range(0, random.Next(1, 4)).Select(i => DrawLetter(shard, i)).OfType<NewDeadLetter>().DistinctBy(one => one.Id)];

    /// <summary>A dead letter of an event that is certainly in the log, or one with its own record, or one that exists already.</summary>
    private NewDeadLetter? DrawLetter(int shard, int step)
    {
        var reason = new DeadLetterReason("max-age", Text("why"), 3, 500, 1, NowMs + step);
        if (Draw(0.2) && DrawLetters().FirstOrDefault(one => one.Id.Shard.Value == shard) is { } there)
            return new NewDeadLetter(there.Id, "other", "other", reason, StoreEvents.Payload("other"));
        if (Draw(0.3))
        {
            var made = new DeadLetterId(new ShardId(shard), 0, DeadLetterId.OfEmitted, ++_texts);
            return new NewDeadLetter(made, "", "made", reason, StoreEvents.Payload(Text("no event")));
        }
        var events = _model.Logs[shard].There.ToList();
        if (events.Count == 0)
            return null;
        var id = new DeadLetterId(new ShardId(shard), random.Next(1, 3), random.Next(2), Draw(events).Sequence);
        return new NewDeadLetter(id, "sub", "topic", reason, default);
    }

    private HistoryBlock DrawHistory(long last)
    {
        var first = random.NextInt64(1, last + 1);
        return new HistoryBlock(first, random.NextInt64(first, last + 1), NowMs, StoreEvents.Payload(Text("h")));
    }

    private CatalogWrite DrawWrite()
    {
        var (kind, id) = (Draw(0.5) ? "topic" : "subscription", $"{(char)('a' + random.Next(8))}");
        var there = _model.Catalog.Living.FirstOrDefault(one => (one.Kind, one.Id) == (kind, id));
        long? expected = random.Next(5) switch { 0 => null, 1 => random.Next(5), _ => there?.Version ?? 0 };
        return new CatalogWrite(kind, id, there?.Parent ?? random.Next(3), expected, DrawBody("c", gone: there is null ? 0 : 0.3));
    }

    private bool IsThere(CatalogWrite write) => _model.Catalog.Living.Any(one => (one.Kind, one.Id) == (write.Kind, write.Id));

    /// <summary>Some dead letters that certainly exist. Others can be freed at any moment.</summary>
    private List<DeadLetter> DrawLetters()
    {
        var oldestMs = NowMs - (long)StoreFacts.DeadLetterRetention.TotalMilliseconds;
        var there = _model.Letters.Certain.Where(one => one.Reason.DiedAtMs > oldestMs).ToList();
        return there.Count == 0 ? [] : [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Draw(there))];
    }

    private Fence DrawFence()
    {
        var shard = random.Next(Shards);
        return new Fence(new ShardId(shard), _model.Owners[shard].Epoch);
    }
}
