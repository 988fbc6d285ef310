using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Notifications.Statuses;

namespace Herald.Notifications.Reading;

/// <summary>Lists statuses of all shards, newest first, on any node.</summary>
internal sealed class StatusList(StateEntries entries, DirectoryView directories)
{
    /// <summary>A list that has read so many pages ends with what it has found and a cursor.</summary>
    public const int MostPages = 1024;

    private delegate void Taker(ReadOnlySpan<ReadOnlyMemory<byte>?> values);

    /// <exception cref="InvalidDataException">A stored value is damaged; the message names it.</exception>
    public async ValueTask<StatusPage> ListAsync(ListQuery query, CancellationToken cancel)
    {
        // 1. The directories of all shards.
        var all = (await directories.ReadAsync(cancel)).All();
        var shards = Enumerable.Range(0, all.Length).Where(shard => all[shard] is not null).ToList();

        // 2. Where the recipient is, and where the list begins.
        var rows = query.Recipient is { } recipient ? await new RecipientSearch(entries, all).FindAsync(recipient, cancel) : null;
        var summaries = shards.ToDictionary(shard => shard, _ => new Dictionary<long, Summary?>());
        var starts = shards.ToDictionary(shard => shard, shard => new ListStart(all[shard]!, shard, query, summaries[shard]));
        while (shards.Any(shard => !starts[shard].IsFound))
        {
            var left = shards.Where(shard => !starts[shard].IsFound);
            await ReadAsync([.. left.Select(shard => (shard, starts[shard].Ask(), (Taker)starts[shard].Take))], cancel);
        }

        // 3. The summaries, and then pages of all shards until enough rows are found.
        var lists = shards.ConvertAll(shard => new ShardList(shard, all[shard]!, query, starts[shard], summaries[shard], rows?[shard]));
        await ReadAsync([.. lists.Select(list => (list.Shard, list.AskFirst(), (Taker)list.Take))], cancel);
        return await MergeAsync(lists, query.Limit, cancel);
    }

    private async ValueTask<StatusPage> MergeAsync(List<ShardList> lists, int limit, CancellationToken cancel)
    {
        var items = new List<Row>();
        ListCursor? last = null;
        // Each round asks for more, so that a shard with many of the newest rows needs few rounds.
        var wanted = 1.5 * limit / Math.Max(1, lists.Count);
        for (var pages = 0; ; wanted *= 2)
        {
            // A list that has no row at hand can have a newer one than all others.
            var dry = lists.FindAll(list => list is { HasRow: false, IsEnd: false });
            var isEnough = pages >= MostPages && dry.TrueForAll(list => list.ReadTo is not null);
            var border = dry.Count == 0 ? null : isEnough ? dry.Max(list => list.ReadTo) : (ListCursor?)null;
            while ((dry.Count == 0 || isEnough) && Newest(lists, border) is { } newest)
            {
                // One more row than wanted shows whether the list goes on.
                if (items.Count == limit)
                    return new StatusPage(items, last);
                last = newest.Place;
                items.Add(newest.Next());
                if (newest is { HasRow: false, IsEnd: false } && !isEnough)
                    dry.Add(newest);
                else if (newest is { HasRow: false, IsEnd: false } && (border is null || newest.ReadTo!.Value.CompareTo(border.Value) > 0))
                    border = newest.ReadTo;
            }
            if (isEnough || lists.TrueForAll(list => list.IsEnd))
                return new StatusPage(items, border);
            var asks = new List<(int Shard, IEnumerable<byte[]> Keys, Taker Take)>();
            foreach (var list in dry)
                asks.Add((list.Shard, list.Ask(wanted, ref pages), list.Take));
            await ReadAsync(asks, cancel);
        }
    }

    /// <summary>The list with the newest row, if it comes before the border.</summary>
    private static ShardList? Newest(List<ShardList> lists, ListCursor? border)
    {
        var newest = lists.Where(list => list.HasRow).MaxBy(list => list.Place);
        return newest is null || (border is { } end && newest.Place.CompareTo(end) < 0) ? null : newest;
    }

    private async ValueTask ReadAsync(IReadOnlyList<(int Shard, IEnumerable<byte[]> Keys, Taker Take)> asks, CancellationToken cancel)
    {
        var keys = new List<StateKey>();
        var ends = new List<int>();
        foreach (var (shard, wanted, _) in asks)
        {
            keys.AddRange(wanted.Select(key => new StateKey(new ShardId(shard), key)));
            ends.Add(keys.Count);
        }
        var values = await entries.ReadAsync(keys, cancel);
        for (var at = 0; at < asks.Count; at++)
            asks[at].Take(values.AsSpan((at == 0 ? 0 : ends[at - 1])..ends[at]));
    }
}
