using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Notifications.Statuses;

namespace Herald.Notifications.Reading;

/// <summary>Reads statuses on any node, as the owners of the shards last saved them.</summary>
/// <param name="shardOf">The shard of a uuid.</param>
internal sealed class StatusReader(StateEntries entries, DirectoryView directories, BlockTables tables, Func<Guid, ShardId> shardOf)
{
    // Entries that are read in several calls need not be of one moment. Then the directory is read again.
    private const int MostTries = 5;

    /// <summary>
    /// The row of a uuid; null when there is none. It reads the state three times at most, unless a table changes meanwhile.
    /// </summary>
    /// <exception cref="InvalidDataException">A stored value is damaged; the message names it.</exception>
    public async ValueTask<Row?> FindAsync(Guid uuid, CancellationToken cancel) =>
        (await FindAsync(shardOf(uuid), [uuid], cancel)).GetValueOrDefault(uuid);

    /// <summary>The rows of many uuids, by their index. Each shard is read three times at most.</summary>
    /// <exception cref="InvalidDataException">A stored value is damaged; the message names it.</exception>
    public async ValueTask<Row?[]> FindAsync(IReadOnlyList<Guid> uuids, CancellationToken cancel)
    {
        var found = new Dictionary<Guid, Row>();
        foreach (var group in uuids.Distinct().GroupBy(shardOf))
        {
            foreach (var (uuid, row) in await FindAsync(group.Key, [.. group], cancel))
                found[uuid] = row;
        }
        return [.. uuids.Select(uuid => found.GetValueOrDefault(uuid))];
    }

    private async ValueTask<Dictionary<Guid, Row>> FindAsync(ShardId shard, IReadOnlyList<Guid> uuids, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            // 1. The directory, and the tags of the newest rows.
            var first = await entries.ReadAsync(shard, [StatusKeys.Directory0, StatusKeys.Directory1, .. OpenTags.Keys], cancel);
            if (BlockDirectory.Newer(first[0], first[1]) is not { } directory)
                return [];
            var newest = new OpenTags();
            var isSame = directory.Open is not { } block || newest.Load(block.FirstOpenRow, first[2..]);

            // 2. The parts of tables that are not in memory.
            var search = new TableSearch(shard, directory, tables, uuids);
            if (isSame && search.TryAdd(await entries.ReadAsync(shard, search.Missing, cancel)))
            {
                // 3. The pages of the rows that can be meant.
                var candidates = search.Candidates(newest);
                return await ReadAsync([.. candidates.Select(one => (shard, one.Uuid, one.Rows))], cancel);
            }
            if (attempt == MostTries)
                throw StoredValue.Damaged(StatusKeys.Directory(directory.Number), "it does not fit to the tables of its blocks");
        }
    }

    /// <summary>
    /// The rows that are in tables, by the index of the uuids. It does not find rows of the last hours, which the log still knows by their
    /// ids. Mostly it reads nothing, because directories and tables are in memory.
    /// </summary>
    /// <exception cref="InvalidDataException">A stored value is damaged; the message names it.</exception>
    public async ValueTask<Row?[]> KnownAsync(ReadOnlyMemory<Guid> uuids, CancellationToken cancel)
    {
        var byShard = uuids.ToArray().Distinct().GroupBy(shardOf).ToList();
        ShardDirectories? all = null;
        for (var attempt = 1; ; attempt++)
        {
            all = await directories.GetAsync(newerThan: all, cancel);
            var searches = new List<(ShardId Shard, TableSearch Search)>();
            foreach (var group in byShard)
                if (all[group.Key.Value] is { } directory)
                    searches.Add((group.Key, new TableSearch(group.Key, directory, tables, group)));
            StateKey[] missing = [.. searches.SelectMany(one => one.Search.Missing.Select(key => new StateKey(one.Shard, key)))];
            if (TryAdd(searches, await entries.ReadAsync(missing, cancel)))
            {
                var candidates = searches.SelectMany(
                    one => one.Search.Candidates(null).Select(found => (one.Shard, found.Uuid, found.Rows)));
                var rows = await ReadAsync([.. candidates], cancel);
                return Array.ConvertAll(uuids.ToArray(), uuid => rows.GetValueOrDefault(uuid));
            }
            if (attempt == MostTries)
                throw StoredValue.Damaged(StatusKeys.Directory0, "it does not fit to the tables of its blocks");
        }
    }

    private static bool TryAdd(List<(ShardId Shard, TableSearch Search)> searches, ReadOnlyMemory<byte>?[] values)
    {
        var from = 0;
        foreach (var (_, search) in searches)
        {
            var count = search.Missing.Count();
            if (!search.TryAdd(values.AsSpan(from, count)))
                return false;
            from += count;
        }
        return true;
    }

    private async ValueTask<Dictionary<Guid, Row>> ReadAsync(
        IReadOnlyList<(ShardId Shard, Guid Uuid, List<long> Rows)> candidates, CancellationToken cancel)
    {
        (ShardId Shard, long Page)[] pages =
            [.. candidates.SelectMany(one => one.Rows.Select(row => (one.Shard, Page: RowNumber.PageOf(row)))).Distinct()];
        var values = await entries.ReadAsync([.. pages.Select(one => new StateKey(one.Shard, StatusKeys.Page(one.Page)))], cancel);
        var wanted = candidates.Select(one => one.Uuid).ToHashSet();
        var found = new Dictionary<Guid, Row>();
        for (var at = 0; at < pages.Length; at++)
            // A page that is gone was forgotten meanwhile.
            if (values[at] is { } value)
                foreach (var row in PageCodec.Decode(pages[at].Page, value).Where(row => wanted.Contains(row.Uuid)))
                    // A uuid that was forgotten can be there again, so the newest row counts.
                    if (!found.TryGetValue(row.Uuid, out var other) || other.Number < row.Number)
                        found[row.Uuid] = row;
        return found;
    }
}
