using Herald.Engine.Events;
using Herald.Engine.Stores;
using Xunit;

namespace Herald.Contracts.Stores;

/// <summary>The shared part of the suites of all store roles.</summary>
public abstract class StoreContract(StoreHarness harness) : IAsyncLifetime
{
    /// <summary>Texts that a caller can ask for and that cannot be names.</summary>
    protected static readonly string[] NamesOfNobody = ["a\0b", "\0", "\ud800", "a\udc00b", "", new string('x', 100_000)];

    private StoreEvents? _events;

    protected StoreHarness Harness { get; } = harness;
    protected IEventLog Log => Harness.Log;
    protected StoreEvents Events => _events ??= new StoreEvents(Log, Harness.Clock);
    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => Harness.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await Harness.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected async Task<Appended> AppendAsync(NewEvent one)
    {
        var verdicts = await AppendAsync([one]);
        return verdicts[0];
    }

    protected async Task<Appended[]> AppendAsync(NewEvent[] events)
    {
        var verdicts = new Appended[events.Length];
        await Log.AppendAsync(events, verdicts, Cancel);
        return verdicts;
    }

    protected async Task<IndexEntry[]> ReadIndexAsync(ShardId shard, long from = 1, int atMost = 100_000)
    {
        var all = new List<IndexEntry>();
        var page = new IndexEntry[Math.Min(atMost, 777)];
        while (all.Count < atMost)
        {
            var read = await Log.ReadIndexAsync(shard, from + all.Count, page, Cancel);
            if (read.Count == 0)
                break;
            all.AddRange(page.AsSpan(0, read.Count));
        }
        return [.. all];
    }

    protected async Task<Dictionary<long, byte[]>> ReadEventsAsync(ShardId shard, params long[] sequences)
    {
        var sink = new Collected();
        await Log.ReadEventsAsync(shard, sequences, sink, Cancel);
        Assert.Empty(sink.Damaged);
        return sink.Records;
    }

    /// <summary>
    /// Reads events. Returns the records, and the sequences reported as damaged, in the order in which the store gave them.
    /// </summary>
    protected async Task<(Dictionary<long, byte[]> Records, List<long> Damaged)> ReadDamagedAsync(ShardId shard, params long[] sequences)
    {
        var sink = new Collected();
        await Log.ReadEventsAsync(shard, sequences, sink, Cancel);
        return (sink.Records, sink.Damaged);
    }

    protected async Task<Fence> OwnAsync(ShardId shard)
    {
        var leases = await Harness.Ownership.RenewAsync(Cancel);
        return new Fence(shard, leases.Single(l => l.Shard == shard).Epoch);
    }

    protected ValueTask<CommitReply> CommitAsync(ShardCommit commit) => Harness.Shards.CommitAsync(commit, Cancel);

    private sealed class Collected : IEventSink
    {
        public Dictionary<long, byte[]> Records { get; } = [];
        public List<long> Damaged { get; } = [];

        public void OnEvent(long sequence, ReadOnlySpan<byte> record) => Records.Add(sequence, record.ToArray());

        public void OnDamaged(long sequence, string damage)
        {
            Assert.NotEmpty(damage);
            Damaged.Add(sequence);
        }
    }
}
