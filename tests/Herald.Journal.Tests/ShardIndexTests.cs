using Herald.Contracts.Stores;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Xunit;

namespace Herald.Journal.Tests;

public sealed class ShardIndexTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_reader_sees_a_gapless_prefix_while_the_ring_is_overwritten_many_times()
    {
        const int Events = 40_000, Batch = 500;
        await using var harness = new JournalHarness(o => o with { ShardCount = 1, SegmentBytes = 4 << 20, CheckpointBytes = 4 << 20 });
        await harness.StartAsync();
        var readers = Enumerable.Range(0, 3).Select(reader => Task.Run(() => ReadAllAsync(harness.Store, Events, 1 + (reader * 300)), Cancel)).ToArray();
        var events = new StoreEvents(harness.Store, harness.Clock);
        for (var i = 0; i < Events / Batch; i++)
            await harness.Store.AppendAsync(events.Make(Batch, shard: 0), new Appended[Batch], Cancel);
        await Task.WhenAll(readers);

        await harness.ReopenAsync();
        await ReadAllAsync(harness.Store, Events, 4096);
    }

    private static async Task ReadAllAsync(JournalStore store, int last, int atOnce)
    {
        var into = new IndexEntry[atOnce];
        for (long from = 1; from <= last;)
        {
            var read = await store.ReadIndexAsync(new ShardId(0), from, into, Cancel);
            for (var i = 0; i < read.Count; i++)
                Assert.Equal(from + i, into[i].Sequence);
            from += read.Count;
            if (read.Count == 0)
                await Task.Yield();
        }
    }
}
