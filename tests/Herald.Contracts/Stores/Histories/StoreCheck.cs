using System.Text;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Xunit;

namespace Herald.Contracts.Stores.Histories;

/// <summary>Reads everything from a store and compares it with the model.</summary>
internal sealed class StoreCheck(StoreHarness harness, ModelStore model, StoreFacts facts, Random random)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
    private long NowMs => harness.Clock.NowMs;

    public async Task ShardAsync(int number)
    {
        var shard = new ShardId(number);
        await LogAsync(shard, model.Logs[number]);
        await OwnerAsync(shard, model.Owners[number]);
    }

    /// <summary>Checks everything that belongs to no shard.</summary>
    public async Task RestAsync()
    {
        foreach (var (source, position) in model.Positions)
            Assert.Equal((source, position), (source, await harness.Positions.ReadSourcePositionAsync(source, Cancel)));
        await CatalogAsync();
        await LettersAsync(isFreed: false);
    }

    public async Task LettersAsync(bool isFreed)
    {
        var listed = new List<DeadLetter>();
        string? cursor = null;
        do
        {
            var page = await harness.DeadLetters.ListAsync(new DeadLetterQuery(null, null, random.Next(1, 30), cursor), Cancel);
            listed.AddRange(page.Items);
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        var oldestMs = NowMs - (long)StoreFacts.DeadLetterRetention.TotalMilliseconds;
        var wrong = model.Letters.Adopt([.. listed.Select(one => one.Id)], oldestMs, isFreed);
        Assert.True(wrong is null, wrong);
        foreach (var (expected, actual) in model.Letters.All.Zip(listed))
        {
            Assert.Equal(expected with { Record = default }, actual with { Record = default });
            Assert.True(expected.Record.Span.SequenceEqual(actual.Record.Span), $"letter {expected.Id} has another record");
        }
        if (listed.Count > 0)
            Assert.Equal(listed[^1].Reason, (await harness.DeadLetters.FindAsync(listed[^1].Id, Cancel))?.Reason);
    }

    private async Task LogAsync(ShardId shard, ModelLog log)
    {
        var there = await ReadAsync(shard, log);
        // Read last, because freeing meanwhile moves the bounds.
        var bounds = await harness.Log.BoundsAsync(shard, Cancel);
        Assert.Equal(log.Last, bounds.Last);
        var missing = log.There.Where(one => !there.ContainsKey(one.Sequence)).Select(one => one.Sequence).ToList();
        Assert.True(missing.Count == 0, $"shard {shard} lacks {string.Join(' ', missing)}");
        for (var sequence = bounds.First; sequence <= bounds.Last; sequence++)
            Assert.True(there.ContainsKey(sequence), $"shard {shard} has its log from {bounds.First} on, and not {sequence}");
        foreach (var (sequence, entry) in there)
        {
            var one = log.Events[(int)sequence - 1];
            Assert.Equal(one.Event.Index with { Sequence = sequence, AcceptedAtMs = one.AcceptedAtMs }, entry);
        }

        var records = new Records();
        await harness.Log.ReadEventsAsync(shard, log.Events.Select(one => one.Sequence).ToArray(), records, Cancel);
        Assert.DoesNotContain(records.Read.Keys, sequence => !there.ContainsKey(sequence));
        // The index can still name a freed event: between two steps of retention, or after a loss of power. Nothing needs this event any
        // more.
        foreach (var sequence in there.Keys.Where(sequence => !records.Read.ContainsKey(sequence)))
            Assert.True(log.Events[(int)sequence - 1].MayBeGone, $"{sequence} of shard {shard} has no record");
        foreach (var (sequence, record) in records.Read)
        {
            var isSame = log.Events[(int)sequence - 1].Event.Record.Span.SequenceEqual(record);
            Assert.True(isSame, $"{sequence} of shard {shard} has another record");
        }
        await LookForAsync(shard, log, bounds);
    }

    private async Task LookForAsync(ShardId shard, ModelLog log, LogBounds bounds)
    {
        if (log.Last == 0)
            return;
        var any = log.Events[random.Next(log.Events.Count)];
        var time = DateTimeOffset.FromUnixTimeMilliseconds(any.AcceptedAtMs);
        var asked = log.Events.Find(one => one.AcceptedAtMs >= any.AcceptedAtMs)!.Sequence;
        var first = Math.Max(bounds.First, asked);
        var found = await harness.Log.FindByTimeAsync(shard, time, Cancel);
        // Retention goes on meanwhile, so the log can begin later than it did. What it kept of a key before that is not found by time.
        var last = Math.Max((await harness.Log.BoundsAsync(shard, Cancel)).First, asked);
        var isRight = found >= first
            && (found <= last || log.Events.Take((int)found - 1).Skip((int)first - 1).All(one => one.MayBeGone));
        Assert.True(isRight, $"what shard {shard} accepted at {time:O} begins with {first}, not {found}");
        var windowMs = NowMs - (long)StoreFacts.DuplicateWindow.TotalMilliseconds;
        if (any.Id is not null && log.Remembered(any.Key, any.Id, windowMs) is { } remembered)
            Assert.Equal(remembered.Sequence, await harness.Log.FindByIdAsync(shard, any.KeyHash, any.Event.Index.IdHash, Cancel));
    }

    /// <summary>Reads the index a page at a time, as the scan does.</summary>
    private async Task<SortedDictionary<long, IndexEntry>> ReadAsync(ShardId shard, ModelLog log)
    {
        var there = new SortedDictionary<long, IndexEntry>();
        for (var from = 1L; from <= log.Last;)
        {
            var into = new IndexEntry[random.Next(1, 100)];
            var read = await harness.Log.ReadIndexAsync(shard, from, into, Cancel);
            Assert.True(read.Next > from, $"shard {shard} gives nothing from {from} on, and ends at {log.Last}");
            foreach (var entry in into.AsSpan(0, read.Count))
            {
                Assert.InRange(entry.Sequence, from, Math.Min(read.Next - 1, log.Last));
                there.Add(entry.Sequence, entry);
                Assert.InRange(read.CatalogVersion, log.Events[(int)entry.Sequence - 1].CatalogVersion, model.Catalog.Version);
            }
            from = read.Next;
        }
        return there;
    }

    private async Task OwnerAsync(ShardId shard, ModelOwner owner)
    {
        var progress = random.Next(2) == 0
            ? await harness.Shards.PeekAsync(shard, Cancel)
            : await harness.Shards.LoadAsync(new Fence(shard, owner.Epoch), Cancel);
        string[] records = [.. progress.Records.Select(one => Encoding.UTF8.GetString(one.Span))];
        Assert.True(owner.Matches(records), $"the progress of shard {shard} is {string.Join(", ", records)}, not {owner.Expected}");

        foreach (var names in owner.State.Keys.GroupBy(name => name.Application))
        {
            string[] keys = [.. names.Select(name => name.Key), "never written"];
            StateKey[] asked = [.. keys.Select(key => new StateKey(shard, StoreEvents.Payload(key)))];
            var values = await harness.State.ReadAsync(names.Key, asked, Cancel);
            foreach (var (key, value) in keys.Zip(values))
                Assert.Equal((key, owner.State.GetValueOrDefault((names.Key, key))), (key, ModelEntry.TextOf(value)));
        }
        if (owner.History.Count == 0)
            return;
        var at = owner.History[random.Next(owner.History.Count)].First;
        var blocks = (await harness.State.ReadHistoryAsync(shard, at, Cancel)).Select(Told).ToList();
        var all = owner.History.Where(one => one.First <= at && at <= one.Last).ToList();
        var oldestMs = NowMs - (long)StoreFacts.HistoryAge.TotalMilliseconds;
        Assert.Equal(all.Select(Told).Where(blocks.Contains), blocks);
        // A store that is short of room frees history for events, too.
        Assert.All(all.Where(one => one.WrittenAtMs >= oldestMs && !facts.IsShort), one => Assert.Contains(Told(one), blocks));
    }

    private async Task CatalogAsync()
    {
        var since = random.NextInt64(0, model.Catalog.Version + 1);
        var read = new List<ModelEntry>();
        for (var (at, isLast) = (since, false); !isLast;)
        {
            var changes = await harness.Catalog.ReadAsync(at, random.Next(1, 10), Cancel);
            read.AddRange(changes.Records.Select(ModelEntry.Of));
            (at, isLast) = (changes.Version, changes.IsLast);
            Assert.True(!isLast || at == model.Catalog.Version, $"the catalog has version {at}, not {model.Catalog.Version}");
        }
        Assert.Equal(read.Select(one => one.Version).Order(), read.Select(one => one.Version));
        Assert.Equal(InOrder(model.Catalog.Entries.Values.Where(one => one.Version > since)), InOrder(read));

        foreach (var kind in (string[])["topic", "subscription"])
        {
            var (living, parent) = (model.Catalog.Living.Where(one => one.Kind == kind).ToList(), random.Next(3));
            int[] numbers = [.. model.Catalog.Entries.Values.Select(one => one.Number).Distinct()];
            Assert.Equal(InOrder(living.Where(one => one.Parent == parent)), await FindAsync(new CatalogQuery.ByParent(kind, [parent])));
            Assert.Equal(InOrder(living), await FindAsync(new CatalogQuery.Page(kind, null, null, 100)));
            Assert.Equal(InOrder(living), await FindAsync(new CatalogQuery.ByNumber(kind, numbers)));
            foreach (var one in model.Catalog.Entries.Values.Where(one => one.Kind == kind))
                Assert.Equal(living.Where(other => other.Id == one.Id), await FindAsync(new CatalogQuery.ById(kind, one.Id)));
        }
    }

    private async Task<IEnumerable<ModelEntry>> FindAsync(CatalogQuery query) =>
        InOrder((await harness.Catalog.FindAsync(query, Cancel)).Select(ModelEntry.Of));

    private static IEnumerable<ModelEntry> InOrder(IEnumerable<ModelEntry> entries) =>
        entries.OrderBy(one => one.Version).ThenBy(one => one.Kind, StringComparer.Ordinal).ThenBy(one => one.Id, StringComparer.Ordinal);

    private static string Told(HistoryBlock one) =>
        $"{one.First}-{one.Last} at {one.WrittenAtMs}: {Encoding.UTF8.GetString(one.Block.Span)}";

    private sealed class Records : IEventSink
    {
        public SortedDictionary<long, byte[]> Read { get; } = [];

        public void OnEvent(long sequence, ReadOnlySpan<byte> record) => Read.Add(sequence, record.ToArray());

        public void OnDamaged(long sequence, string damage) => Assert.Fail($"{sequence} is told as damaged: {damage}");
    }
}
