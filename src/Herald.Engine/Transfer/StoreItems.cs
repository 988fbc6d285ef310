using Herald.Engine.Stores;

namespace Herald.Engine.Transfer;

/// <summary>The encoding of items with many fields in an <see cref="ExportFile"/>.</summary>
internal static class StoreItems
{
    public static void Write(FieldWriter into, StoreShape shape)
    {
        into.Add(shape.HashSeed);
        into.Add(shape.HashSecret);
        into.Add(shape.Shards.Count);
        foreach (var shard in shape.Shards)
        {
            into.Add(shard.FirstRemembered);
            into.Add(shard.First);
            into.Add(shard.Last);
            into.Add(shard.OldestMs);
            into.Add(shard.NewestMs);
            into.Add(shard.SettledBelow);
        }
    }

    public static StoreShape ReadShape(FieldReader from)
    {
        var (seed, secret) = (from.ULong(), from.Wide());
        var count = from.Int();
        if (count is < 1 or > StoreShape.MaxShards)
            throw new InvalidDataException($"The store has {count} shards; 1 to {StoreShape.MaxShards} are possible.");
        var shards = new ShardShape[count];
        for (var i = 0; i < count; i++)
        {
            shards[i] = new ShardShape(from.Long(), from.Long(), from.Long(), from.Long(), from.Long(), from.Long());
            if (shards[i] is not { FirstRemembered: >= 1, Last: >= 0, Kept: >= 0 } || shards[i].FirstRemembered > shards[i].First)
                throw new InvalidDataException($"The bounds of shard {i} contradict each other: {shards[i]}.");
        }
        return new StoreShape(seed, secret, shards);
    }

    public static void Write(FieldWriter into, CatalogRecord record)
    {
        into.Add(record.Kind);
        into.Add(record.Id);
        into.Add(record.Number);
        into.Add(record.Parent);
        into.Add(record.Version);
        into.Add(record.Heads.Count);
        foreach (var head in record.Heads)
            into.Add(head);
        into.Add((byte)(record.Body is null ? 0 : 1));
        if (record.Body is { } body)
            into.Add(body.Span);
    }

    public static CatalogRecord ReadCatalogRecord(FieldReader from, int shards)
    {
        var (kind, id, number, parent, version) = (from.Text(), from.Text(), from.Int(), from.Int(), from.Long());
        var heads = from.Int() is var count && count == shards ? new long[count]
            : throw new InvalidDataException($"A catalog record has {count} shards, but the store has {shards}.");
        for (var i = 0; i < count; i++)
            heads[i] = from.Long();
        return new CatalogRecord(kind, id, number, parent, version, heads, from.Byte() == 0 ? (ReadOnlyMemory<byte>?)null : from.Sized());
    }

    public static void Write(FieldWriter into, DeadLetter letter)
    {
        into.Add(letter.Id.Shard.Value);
        into.Add(letter.Id.Subscription);
        into.Add(letter.Id.Generation);
        into.Add(letter.Id.Sequence);
        into.Add(letter.SubscriptionId);
        into.Add(letter.Topic);
        into.Add(letter.Reason.Reason);
        into.Add(letter.Reason.Detail);
        into.Add(letter.Reason.Attempts);
        into.Add((byte)(letter.Reason.StatusCode is null ? 0 : 1));
        into.Add(letter.Reason.StatusCode ?? 0);
        into.Add(letter.Reason.FirstAttemptAtMs);
        into.Add(letter.Reason.DiedAtMs);
        into.Add(letter.Record.Span);
    }

    public static DeadLetter ReadDeadLetter(FieldReader from, int shards)
    {
        var id = new DeadLetterId(from.Shard(shards), from.Int(), from.Int(), from.Long());
        var (subscription, topic, reason, detail, attempts) = (from.Text(), from.Text(), from.Text(), from.Text(), from.Int());
        var (hasStatus, status) = (from.Byte() == 1, from.Int());
        return new DeadLetter(
            id, subscription, topic, new DeadLetterReason(reason, detail, attempts, hasStatus ? status : null, from.Long(), from.Long()),
            from.Sized());
    }
}
