using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Notifications.Statuses;

namespace Herald.Notifications.Reading;

/// <summary>Finds the rows of all shards that can belong to a recipient: by the newest tags, and by a part of each block's table.</summary>
/// <param name="directories">By the shard. A directory that has changed meanwhile is replaced here.</param>
internal sealed class RecipientSearch(StateEntries entries, BlockDirectory?[] directories)
{
    private const int MostTries = 5;

    /// <summary>By the shard; null where a shard has no rows.</summary>
    /// <exception cref="InvalidDataException">A stored value is damaged; the message names it.</exception>
    public async ValueTask<List<long>?[]> FindAsync(string recipient, CancellationToken cancel)
    {
        var found = new List<long>?[directories.Length];
        var left = Enumerable.Range(0, directories.Length).Where(shard => directories[shard] is not null).ToList();
        for (var attempt = 1; left.Count > 0; attempt++)
        {
            if (attempt > MostTries)
                throw new InvalidDataException($"The directory of shard {left[0]} does not fit to the tables of its blocks.");
            left = await TryAsync(recipient, left, found, isFirst: attempt == 1, cancel);
        }
        return found;
    }

    /// <returns>The shards whose directory has changed meanwhile. It is read again.</returns>
    private async ValueTask<List<int>> TryAsync(
        string recipient, List<int> shards, List<long>?[] found, bool isFirst, CancellationToken cancel)
    {
        if (!isFirst)
        {
            var changed = await entries.ReadAsync(
                [.. shards.SelectMany(shard => KeysOf(shard, [StatusKeys.Directory0, StatusKeys.Directory1]))], cancel);
            for (var at = 0; at < shards.Count; at++)
                directories[shards[at]] = BlockDirectory.Newer(changed[2 * at], changed[(2 * at) + 1]);
        }
        var parts = shards.ConvertAll(shard => PartsOf(shard, recipient));
        var keys = shards.SelectMany((shard, at) => KeysOf(shard, OpenTags.Keys.Concat(parts[at].Select(one => one.Key)))).ToList();
        var values = await entries.ReadAsync(keys, cancel);
        var again = new List<int>();
        for (int at = 0, from = 0; at < shards.Count; at++)
        {
            var end = from + OpenTags.Slots + parts[at].Count;
            found[shards[at]] = Search(shards[at], recipient, parts[at], values[from..end]);
            if (found[shards[at]] is null)
                again.Add(shards[at]);
            from = end;
        }
        return again;
    }

    private List<long>? Search(
        int shard, string recipient, List<(BlockEntry Block, byte[] Key)> parts, ReadOnlyMemory<byte>?[] values)
    {
        var (rows, directory) = (new List<long>(), directories[shard]!);
        var tag = TagOf(recipient, directory);
        for (var at = 0; at < parts.Count; at++)
        {
            var (block, key) = parts[at];
            if (values[OpenTags.Slots + at] is not { } value)
                return null;
            var part = TablePart.Read(key, value);
            if (part.Id != block.TableId)
                return null;
            part.Find(tag, block.FirstRow, rows);
        }
        if (directory.Open is not { } open)
            return rows;
        var tags = new OpenTags();
        if (!tags.Load(open.FirstOpenRow, values))
            return null;
        tags.FindRecipient(tag, open.FirstOpenRow, rows);
        return rows;
    }

    private List<(BlockEntry Block, byte[] Key)> PartsOf(int shard, string recipient)
    {
        if (directories[shard] is not { } directory)
            return [];
        var part = Tag.PartOf(TagOf(recipient, directory));
        return
        [
            .. directory.Blocks.Where(block => block.TableRows > 0)
                .Select(block => (block, StatusKeys.RecipientPart(block.Number, part))),
        ];
    }

    private static uint TagOf(string recipient, BlockDirectory directory) => Tag.OfHash(ShardList.HashOf(recipient, directory));

    private static IEnumerable<StateKey> KeysOf(int shard, IEnumerable<byte[]> keys) =>
        keys.Select(key => new StateKey(new ShardId(shard), key));
}
