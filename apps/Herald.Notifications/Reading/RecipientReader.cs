using System.Globalization;
using Herald.Engine.Events;
using Herald.Notifications.Recipients;

namespace Herald.Notifications.Reading;

/// <summary>Reads on any node what the application keeps of recipients.</summary>
/// <param name="shardOf">The shard of a recipient.</param>
internal sealed class RecipientReader(StateEntries entries, int shards, Func<RecipientKey, ShardId> shardOf)
{
    /// <summary>Null when there is no record.</summary>
    public async ValueTask<RecipientRecord?> FindRecordAsync(RecipientKey recipient, CancellationToken cancel) =>
        await FindAsync(recipient, RecipientKeys.Record(recipient), cancel) is { } value ? RecipientRecordReader.OfStored(value, recipient) : null;

    /// <summary>Null when the recipient is not suppressed.</summary>
    public async ValueTask<Suppression?> FindSuppressionAsync(RecipientKey recipient, CancellationToken cancel) =>
        await FindAsync(recipient, RecipientKeys.Suppression(recipient), cancel) is { } value ? StoredSuppression.Read(value).Suppression : null;

    /// <summary>All suppressed recipients in a stable order. A page can have fewer than wanted, and still not be the last one.</summary>
    /// <param name="cursor">A shard, and the place in its list where the page begins.</param>
    /// <returns>Null when the cursor is not one of this list.</returns>
    public async ValueTask<(IReadOnlyList<Suppression> Items, string? NextCursor)?> SuppressionsAsync(
        int limit, string? cursor, CancellationToken cancel)
    {
        if (Parse(cursor) is not var (shard, place))
            return null;
        var items = new List<Suppression>();
        for (; shard < shards; (shard, place) = (shard + 1, 0))
        {
            var id = new ShardId(shard);
            var end = RecipientBook.ReadNumber((await entries.ReadAsync(id, [RecipientKeys.Listed], cancel))[0]);
            while (place < end)
            {
                place = await ReadChunkAsync(id, place, Math.Min(end, place + limit - items.Count), items, cancel);
                if (items.Count == limit)
                    return (items, string.Create(CultureInfo.InvariantCulture, $"{shard}-{place}"));
            }
        }
        return (items, null);
    }

    /// <returns>The place after the last one that was read.</returns>
    private async ValueTask<long> ReadChunkAsync(ShardId shard, long from, long end, List<Suppression> into, CancellationToken cancel)
    {
        var chunk = from / RecipientKeys.ListedInChunk;
        var first = chunk * RecipientKeys.ListedInChunk;
        end = Math.Min(end, first + RecipientKeys.ListedInChunk);
        var listed = RecipientBook.ReadChunk((await entries.ReadAsync(shard, [RecipientKeys.Chunk(chunk)], cancel))[0]);
        var keys = new List<(long Place, byte[] Key)>();
        for (var place = from; place < end && place - first < listed.Count; place++)
        {
            // One that is not suppressed any more has no text.
            if (RecipientKey.Parse(listed[(int)(place - first)]).Key is { } recipient)
                keys.Add((place, RecipientKeys.Suppression(recipient)));
        }
        var values = await entries.ReadAsync(shard, keys.Select(one => one.Key), cancel);
        for (var at = 0; at < values.Length; at++)
        {
            // The place tells one that was lifted and suppressed again, which the list has twice.
            if (values[at] is { } value && StoredSuppression.Read(value) is var stored && stored.Place == keys[at].Place)
                into.Add(stored.Suppression);
        }
        return end;
    }

    private (int Shard, long Place)? Parse(string? cursor)
    {
        if (cursor is null)
            return (0, 0);
        return cursor.Split('-') is [var shard, var place]
            && int.TryParse(shard, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < shards
            && long.TryParse(place, NumberStyles.None, CultureInfo.InvariantCulture, out var at)
            ? (number, at)
            : null;
    }

    private async ValueTask<ReadOnlyMemory<byte>?> FindAsync(RecipientKey recipient, byte[] key, CancellationToken cancel) =>
        (await entries.ReadAsync(shardOf(recipient), [key], cancel))[0];
}
