using System.Security.Cryptography;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Xunit;

namespace Herald.Contracts.Stores;

public abstract class EventLogContract(StoreHarness harness) : StoreContract(harness)
{
    [Fact]
    public async Task Events_of_a_shard_get_sequences_from_one_without_gaps_and_keep_their_order()
    {
        var events = Events.Make(500, shard: 3);
        var verdicts = await AppendAsync(events);
        var more = await AppendAsync(Events.Make(shard: 3));

        Assert.Equal(Enumerable.Range(1, 500).Select(i => new Appended(Verdict.Accepted, i)), verdicts);
        Assert.Equal(new Appended(Verdict.Accepted, 501), more);
        var index = await ReadIndexAsync(new ShardId(3));
        Assert.Equal(Enumerable.Range(1, 501).Select(i => (long)i), index.Select(e => e.Sequence));
        var read = await ReadEventsAsync(new ShardId(3), [.. Enumerable.Range(1, 500).Select(i => (long)i)]);
        Assert.All(events, (e, i) => Assert.Equal(e.Record.ToArray(), read[i + 1]));
    }

    [Fact]
    public async Task An_index_entry_says_what_was_appended()
    {
        var one = Events.Make("id", "key");
        await AppendAsync(one);

        var entry = Assert.Single(await ReadIndexAsync(one.Shard));
        Assert.Equal(one.Index with { Sequence = 1 }, entry);
    }

    [Fact]
    public async Task Appends_at_the_same_time_share_a_shard_without_gaps_or_repeats()
    {
        var callers = Enumerable.Range(0, 32).Select(async _ =>
        {
            var sequences = new List<long>();
            for (var i = 0; i < 20; i++)
            {
                var verdict = await AppendAsync(Events.Make(shard: 5));
                sequences.Add(verdict.Sequence);
            }
            Assert.Equal(sequences.Order(), sequences);
            return sequences;
        });
        var all = (await Task.WhenAll(callers)).SelectMany(s => s).Order();
        Assert.Equal(Enumerable.Range(1, 640).Select(i => (long)i), all);
    }

    [Fact]
    public async Task A_repeated_event_is_a_duplicate_of_its_original()
    {
        var first = await AppendAsync(Events.Make("a", payload: StoreEvents.Payload("x")));
        var again = await AppendAsync(Events.Make("a", payload: StoreEvents.Payload("x")));
        var otherKey = await AppendAsync(Events.Make("a", key: "other", payload: StoreEvents.Payload("x")));

        Assert.Equal(new Appended(Verdict.Accepted, 1), first);
        Assert.Equal(new Appended(Verdict.Duplicate, 1), again);
        Assert.Equal(Verdict.Accepted, otherKey.Verdict);
    }

    /// <summary>Their topics have different numbers, which the hash of the key includes. All else is equal.</summary>
    [Fact]
    public async Task Events_of_two_tenants_are_never_duplicates_of_each_other()
    {
        var one = Events.Make("a", payload: StoreEvents.Payload("x"));
        var other = one with { Index = one.Index with { Topic = one.Index.Topic + 1, KeyHash = one.Index.KeyHash + 1 } };

        Assert.Equal(new Appended(Verdict.Accepted, 1), await AppendAsync(one));
        Assert.Equal(new Appended(Verdict.Accepted, 2), await AppendAsync(other));
        Assert.Equal([new(Verdict.Duplicate, 2), new Appended(Verdict.Duplicate, 1)], await AppendAsync([other, one]));
        Assert.Equal(1, await Log.FindByIdAsync(one.Shard, one.Index.KeyHash, one.Index.IdHash, Cancel));
        Assert.Equal(2, await Log.FindByIdAsync(one.Shard, other.Index.KeyHash, other.Index.IdHash, Cancel));
        Assert.Equal([one.Index.Topic, other.Index.Topic], (await ReadIndexAsync(one.Shard)).Select(entry => entry.Topic));
    }

    [Fact]
    public async Task An_event_keeps_the_id_of_its_key_and_another_key_is_other_content()
    {
        var plain = Events.Make("a", payload: StoreEvents.Payload("x"));
        var (seven, eight) = (Encrypted(plain, 7), Encrypted(plain, 8));
        Assert.Equal(new Appended(Verdict.Accepted, 1), await AppendAsync(seven));
        Assert.Equal(
            [new(Verdict.Duplicate, 1), new(Verdict.Conflict, 1), new Appended(Verdict.Conflict, 1)], await AppendAsync([seven, eight, plain]));
        await Harness.ReopenAsync();
        var stored = new EventView((await ReadEventsAsync(plain.Shard, 1))[1]);
        Assert.Equal(7, stored.KeyId);
        Assert.Throws<UnknownKeyException>(() => stored.Payload);

        static NewEvent Encrypted(NewEvent one, byte key)
        {
            byte[] record = [.. one.Record.Span, key, 0, 0, 0];
            record[0] = 2;
            return one with { Record = record, Index = one.Index with { Size = record.Length } };
        }
    }

    [Fact]
    public async Task A_repeat_within_one_batch_is_a_duplicate()
    {
        var verdicts = await AppendAsync([Events.Make("a"), Events.Make("b"), Events.Make("a")]);
        Assert.Equal([new(Verdict.Accepted, 1), new(Verdict.Accepted, 2), new Appended(Verdict.Duplicate, 1)], verdicts);
    }

    [Fact]
    public async Task The_same_id_with_other_content_is_a_conflict_and_is_not_stored()
    {
        var first = await AppendAsync(Events.Make("a", payload: StoreEvents.Payload("x")));
        var other = await AppendAsync(Events.Make("a", payload: StoreEvents.Payload("y")));

        Assert.Equal(new Appended(Verdict.Conflict, first.Sequence), other);
        Assert.Single(await ReadIndexAsync(Events.ShardOf("key")));
    }

    [Fact]
    public async Task Events_without_an_id_of_the_publisher_are_never_duplicates()
    {
        var one = Events.Make();
        await AppendAsync(one);
        Assert.Equal(new Appended(Verdict.Accepted, 2), await AppendAsync(one));
    }

    [Fact]
    public async Task The_same_event_from_many_at_once_is_stored_once()
    {
        var verdicts = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => AppendAsync(Events.Make("same"))));
        Assert.Single(verdicts, v => v.Verdict == Verdict.Accepted);
        Assert.All(verdicts, v => Assert.Equal(1, v.Sequence));
    }

    [Fact]
    public async Task Large_payloads_come_back_whole()
    {
        var payload = RandomNumberGenerator.GetBytes(1 << 20);
        var one = Events.Make(payload: payload, shard: 0);
        await AppendAsync([one, Events.Make(shard: 0), Events.Make(payload: payload, shard: 0)]);

        var read = await ReadEventsAsync(new ShardId(0), 1, 2, 3);
        Assert.Equal(payload, new EventView(read[1]).Payload.ToArray());
        Assert.Equal(payload, new EventView(read[3]).Payload.ToArray());
    }

    [Fact]
    public async Task Sequences_that_are_not_there_are_passed_over()
    {
        await AppendAsync(Events.Make(3, shard: 1));
        var read = await ReadEventsAsync(new ShardId(1), 2, 3, 4, 900);
        Assert.Equal([2L, 3], read.Keys.Order());
        Assert.Empty(await ReadIndexAsync(new ShardId(1), 4));
    }

    [Fact]
    public async Task Events_are_given_in_the_order_of_their_sequences_wherever_they_lie()
    {
        await OwnAsync(new ShardId(1));
        await AppendAsync(Events.Make(3, shard: 1));
        await AppendAsync(Events.Make(payload: new byte[900_000], shard: 1));
        await AppendAsync(Events.Make(3, shard: 1));
        var read = await ReadEventsAsync(new ShardId(1), 1, 3, 4, 5, 7);
        Assert.Equal([1L, 3, 4, 5, 7], read.Keys);
    }

    [Fact]
    public async Task Bounds_of_an_empty_log_meet()
    {
        Assert.Equal(new LogBounds(1, 0), await Log.BoundsAsync(new ShardId(2), Cancel));
        await AppendAsync(Events.Make(4, shard: 2));
        Assert.Equal(new LogBounds(1, 4), await Log.BoundsAsync(new ShardId(2), Cancel));
    }

    [Fact]
    public async Task Events_are_found_by_time()
    {
        var shard = new ShardId(4);
        var start = Harness.Clock.GetUtcNow();
        for (var i = 0; i < 10; i++)
        {
            await AppendAsync(Events.Make(2, shard: 4));
            Harness.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(1, await Log.FindByTimeAsync(shard, start.AddHours(-1), Cancel));
        Assert.Equal(1, await Log.FindByTimeAsync(shard, start, Cancel));
        Assert.Equal(3, await Log.FindByTimeAsync(shard, start.AddMilliseconds(1), Cancel));
        Assert.Equal(11, await Log.FindByTimeAsync(shard, start.AddSeconds(5), Cancel));
        Assert.Equal(21, await Log.FindByTimeAsync(shard, start.AddHours(1), Cancel));
    }

    [Fact]
    public async Task Events_are_found_by_id()
    {
        var one = Events.Make("wanted");
        await AppendAsync([Events.Make("a"), one, Events.Make("b")]);

        Assert.Equal(2, await Log.FindByIdAsync(one.Shard, one.Index.KeyHash, one.Index.IdHash, Cancel));
        Assert.Equal(0, await Log.FindByIdAsync(one.Shard, one.Index.KeyHash, one.Index.IdHash + 1, Cancel));
    }

    [Fact]
    public async Task Events_without_an_id_of_the_publisher_are_found_by_the_id_they_were_given()
    {
        var one = Events.Make(shard: 2);
        await AppendAsync([Events.Make(shard: 2), one, Events.Make(shard: 2)]);
        Assert.Equal(2, await Log.FindByIdAsync(one.Shard, one.Index.KeyHash, one.Index.IdHash, Cancel));
    }

    [Fact]
    public async Task Listeners_hear_of_new_heads_until_they_leave()
    {
        var heard = new TaskCompletionSource<(ShardId, long)>(TaskCreationOptions.RunContinuationsAsynchronously);
        var late = 0;
        using (Log.OnHead((shard, head) => heard.TrySetResult((shard, head))))
            await AppendAsync(Events.Make(3, shard: 6));
        Assert.Equal((new ShardId(6), 3L), await heard.Task.WaitAsync(Cancel));

        Log.OnHead((_, _) => late++).Dispose();
        await AppendAsync(Events.Make(shard: 6));
        Assert.Equal(0, late);
    }

    [Fact]
    public async Task What_was_accepted_is_there_after_a_restart()
    {
        var events = Enumerable.Range(0, 300).Select(i => Events.Make($"id-{i}", $"key-{i % 40}", payload: StoreEvents.Payload($"p{i}"))).ToArray();
        var verdicts = await AppendAsync(events);
        var (seed, shards) = (Log.HashSeed, Log.ShardCount);

        await Harness.ReopenAsync();

        Assert.Equal((seed, shards), (Log.HashSeed, Log.ShardCount));
        for (var i = 0; i < events.Length; i++)
        {
            var read = await ReadEventsAsync(events[i].Shard, verdicts[i].Sequence);
            Assert.Equal(events[i].Record.ToArray(), read[verdicts[i].Sequence]);
        }
        var again = await AppendAsync(events);
        Assert.Equal(verdicts.Select(v => v with { Verdict = Verdict.Duplicate }), again);
        var fresh = await AppendAsync(Events.Make(key: "key-1"));
        Assert.Equal((await ReadIndexAsync(Events.ShardOf("key-1"))).Length, fresh.Sequence);
    }

    [Fact]
    public async Task A_call_with_no_events_is_nothing() => Assert.Empty(await AppendAsync([]));
}
