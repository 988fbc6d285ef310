using Herald.Engine.Events;
using Herald.Engine.Stores;
using Xunit;

namespace Herald.Contracts.Stores;

/// <summary>What retention frees and what it leaves. A key that waits must not hold up the freeing of the events behind it.</summary>
public abstract class RetentionContract(StoreHarness harness) : StoreContract(harness)
{
    private const int InOne = 400;
    private static readonly ShardId Shard = new(1);
    private static readonly long[] Waiting = [1, 2, 150, 151, 290];

    private readonly Dictionary<long, byte[]> _records = [];
    private ulong _key;
    private long _number;

    [Fact]
    public async Task What_a_kept_key_needs_stays_while_everything_around_it_goes()
    {
        await AppendAllAsync();
        await SettleAsync(InOne + 1, true, new KeptKey(_key, 1));
        await Harness.FreeAsync();
        var first = await CheckAsync(Waiting);
        Assert.InRange(first, 300, InOne + 1);

        await Harness.ReopenAsync();
        Assert.Equal(first, await CheckAsync(Waiting));

        // The place that the event was moved to gets old, too.
        for (var round = 0; round < 3; round++)
        {
            await AppendAllAsync();
            await SettleAsync(_records.Keys.Max() + 1, true, new KeptKey(_key, 1));
            await Harness.FreeAsync();
            await CheckAsync([.. Enumerable.Range(0, round + 2).SelectMany(i => Waiting.Select(w => w + (InOne * i)))]);
        }
        await Harness.ReopenAsync();
        await CheckAsync([.. Enumerable.Range(0, 4).SelectMany(i => Waiting.Select(w => w + (InOne * i)))]);
    }

    [Fact]
    public async Task What_is_kept_goes_when_its_key_waits_for_it_no_more()
    {
        await AppendAllAsync();
        await SettleAsync(InOne + 1, true, new KeptKey(_key, 2), new KeptKey(_key + 1, 1));
        await Harness.FreeAsync();
        await CheckAsync([.. Waiting.Skip(1)]);

        await SettleAsync(InOne + 1, false, new KeptKey(_key, 151));
        await Harness.FreeAsync();
        await CheckAsync([151, 290]);
        await Harness.ReopenAsync();
        await Harness.FreeAsync();
        await CheckAsync([151, 290]);

        await SettleAsync(InOne + 1, false, new KeptKey(_key, 0));
        await Harness.FreeAsync();
        await CheckAsync([]);
        await Harness.ReopenAsync();
        await CheckAsync([]);
    }

    [Fact]
    public async Task A_new_owner_tells_all_kept_keys_anew()
    {
        await AppendAllAsync();
        await SettleAsync(InOne + 1, true, new KeptKey(_key, 1));
        await Harness.FreeAsync();
        await Harness.ReopenAsync();
        _number = 0;
        await SettleAsync(InOne + 1, true);
        await Harness.FreeAsync();
        await CheckAsync([]);
    }

    [Fact]
    public async Task What_is_needed_again_stays_though_its_key_is_kept_no_more()
    {
        await AppendAllAsync();
        await SettleAsync(InOne + 1, true, new KeptKey(_key, 1));
        await Harness.FreeAsync();
        await SettleAsync(150, false, new KeptKey(_key, 0));
        await Harness.FreeAsync();
        await CheckAsync([150, 151, 290]);
    }

    [Fact]
    public async Task A_dead_letter_of_what_is_kept_has_its_record_whatever_becomes_of_that()
    {
        await AppendAllAsync();
        await SettleAsync(InOne + 1, true, new KeptKey(_key, 1));
        await Harness.FreeAsync();
        var letter = new DeadLetterId(Shard, 1, 0, 150);
        await CommitAsync(new ShardCommit
        {
            Fence = await OwnAsync(Shard),
            Number = ++_number,
            SettledBelow = InOne + 1,
            Kept = [new KeptKey(_key, 151)],
            DeadLetters = [new NewDeadLetter(letter, "s", "topic", new DeadLetterReason("max-age", "", 1, null, 1, Harness.Clock.NowMs), default)],
        });
        await Harness.FreeAsync();
        await CheckAsync([151, 290]);
        Assert.Equal(_records[150], (await Harness.DeadLetters.FindAsync(letter, Cancel))!.Record.ToArray());
    }

    private async Task AppendAllAsync()
    {
        var before = _records.Count;
        NewEvent[] events = [.. Enumerable.Range(1, InOne).Select(i => Events.Make(
            key: Waiting.Contains(i) ? "waits" : $"key-{i}", shard: Shard.Value, payload: StoreEvents.Payload($"{before + i} {new string('x', 600)}")))];
        _key = events[0].Index.KeyHash;
        foreach (var batch in events.Chunk(20))
        {
            foreach (var (one, verdict) in batch.Zip(await AppendAsync(batch)))
                _records.Add(verdict.Sequence, one.Record.ToArray());
        }
    }

    private async Task SettleAsync(long below, bool all, params KeptKey[] kept) =>
        await CommitAsync(new ShardCommit { Fence = await OwnAsync(Shard), Number = ++_number, SettledBelow = below, Kept = kept, IsAllKept = all });

    /// <summary>Reads the log and each record, as the scan does.</summary>
    /// <returns>The first sequence from which the whole log is there.</returns>
    private async Task<long> CheckAsync(long[] kept)
    {
        var bounds = await Log.BoundsAsync(Shard, Cancel);
        Assert.Equal(_records.Count, bounds.Last);
        var there = new List<long>();
        var into = new IndexEntry[3];
        for (var from = 1L; from <= bounds.Last;)
        {
            var read = await Log.ReadIndexAsync(Shard, from, into, Cancel);
            Assert.True(read.Next > from, $"nothing follows {from}");
            Assert.All(into[..read.Count], entry => Assert.InRange(entry.Sequence, from, read.Next - 1));
            there.AddRange(into[..read.Count].Select(entry => entry.Sequence));
            from = read.Next;
        }
        long[] expected = [.. kept.Where(sequence => sequence < bounds.First), .. Enumerable.Range(0, (int)(bounds.Last - bounds.First + 1)).Select(i => bounds.First + i)];
        Assert.Equal(expected, there);
        var records = await ReadEventsAsync(Shard, [.. Enumerable.Range(1, _records.Count).Select(i => (long)i)]);
        Assert.Equal(expected, records.Keys);
        Assert.All(records, record => Assert.Equal(_records[record.Key], record.Value));
        return bounds.First;
    }
}
