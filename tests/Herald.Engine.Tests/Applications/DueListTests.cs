using Herald.Engine.Applications;
using Xunit;

namespace Herald.Engine.Tests.Applications;

public sealed class DueListTests
{
    private readonly DueRig _rig = new();

    [Fact]
    public async Task An_empty_list_has_nothing_due_and_writes_nothing()
    {
        Assert.Empty(await _rig.TakeAsync(long.MaxValue));
        Assert.Null(await _rig.AddAsync());
        Assert.Empty(_rig.State);
    }

    [Fact]
    public async Task Timers_come_in_due_order_and_only_when_they_are_due()
    {
        Assert.Equal(10, await _rig.AddAsync(new Due(30, 1), new Due(10, 2), new Due(20, 9), new Due(20, 8)));
        Assert.Empty(await _rig.TakeAsync(9));
        Assert.Equal([new(10, 2), new(20, 8), new(20, 9)], await _rig.TakeAsync(29));
        Assert.Equal([new(30, 1)], await _rig.TakeAsync(30));
        Assert.Empty(_rig.Leaves);
    }

    [Fact]
    public async Task A_timer_that_is_added_twice_comes_once()
    {
        await _rig.AddAsync(new Due(10, 1), new Due(10, 1));
        await _rig.AddAsync(new Due(10, 1));
        Assert.Equal([new(10, 1)], await _rig.TakeAsync(10));
    }

    [Fact]
    public async Task Any_time_and_any_item_can_be_stored()
    {
        Due[] all = [.. from at in Extremes from item in Extremes select new Due(at, item)];
        await _rig.AddAsync(all);
        _rig.Restart();
        Assert.Equal(all.Order(), await _rig.TakeAsync(long.MaxValue));
    }

    [Fact]
    public async Task No_more_are_taken_than_were_asked_for()
    {
        await _rig.AddAsync([.. Enumerable.Range(0, 1000).Select(i => new Due(i / 100, i))]);
        for (var from = 0; from < 1000; from += 300)
            Assert.Equal(Enumerable.Range(from, Math.Min(300, 1000 - from)), (await _rig.TakeAsync(10, 300)).Select(due => (int)due.Item));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _rig.TakeAsync(10, 0));
    }

    [Fact]
    public async Task Timers_in_due_order_fill_their_leaves_and_others_fill_half_at_least()
    {
        for (var i = 0; i < 1280; i += 10)
            await _rig.AddAsync([.. Enumerable.Range(i, 10).Select(n => new Due(n, n))]);
        Assert.Equal(10, _rig.Leaves.Count());

        var other = new DueRig();
        for (var i = 1280; i > 0; i -= 10)
            await other.AddAsync([.. Enumerable.Range(i - 10, 10).Select(n => new Due(n, n))]);
        Assert.InRange(other.Leaves.Count(), 10, 20);
        Assert.Equal(Enumerable.Range(0, 1280), (await other.TakeAsync(2000)).Select(due => (int)due.Item));
    }

    [Fact]
    public async Task The_number_of_a_removed_leaf_is_not_used_again()
    {
        await _rig.AddAsync(new Due(1, 1));
        var first = _rig.State.Keys.ToList();
        await _rig.TakeAsync(1);
        await _rig.AddAsync(new Due(2, 2));
        Assert.Equal([DueRig.KeyOf("W"u8)], first.Intersect(_rig.State.Keys));
    }

    [Fact]
    public async Task A_batch_loads_the_root_and_then_all_leaves_in_one_call()
    {
        await _rig.AddAsync([.. Enumerable.Range(0, 10_000).Select(i => new Due(i, i))]);
        _rig.Restart();
        _rig.Reads.Clear();
        await _rig.TakeAsync(-1);
        Assert.Equal([1], _rig.Reads);

        _rig.Restart();
        _rig.Reads.Clear();
        Assert.Equal(1000, (await _rig.TakeAsync(20_000, 1000)).Count);
        Assert.Equal([1, 8], _rig.Reads);

        _rig.Restart();
        _rig.Reads.Clear();
        await _rig.AddAsync(new Due(2000, -1), new Due(5000, -1), new Due(5001, -1), new Due(9999, -1));
        Assert.Equal([1, 3], _rig.Reads);
    }

    /// <summary>Random batches, restarts and failed batches, beside a plain sorted set.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task The_list_behaves_as_a_plain_sorted_set(int seed)
    {
        var random = new Random(seed);
        var model = new SortedSet<Due>();
        var width = random.Next(3) switch { 0 => 5, 1 => 2_000, _ => 1_000_000 };
        for (var batch = 0; batch < 300; batch++)
        {
            if (random.Next(5) == 0)
                _rig.Restart();
            var added = Draw(random, random.Next(4) == 0 ? random.Next(600) : random.Next(20), width);
            var (nowMs, most) = (random.Next(-10, width), random.Next(1, 400));
            var fails = random.Next(8) == 0;
            var after = new SortedSet<Due>(model);
            after.UnionWith(added);
            Due[] expected = random.Next(2) == 0 ? [] : [.. after.TakeWhile(due => due.AtMs <= nowMs).Take(most)];
            after.ExceptWith(expected);

            var (taken, next, count) = await _rig.InBatchAsync(
                async list =>
                {
                    // The batch may add in several steps.
                    var cut = random.Next(added.Length + 1);
                    await list.AddAsync(added[..cut], default);
                    await list.AddAsync(added[cut..], default);
                    var dues = expected.Length == 0 ? [] : await list.TakeAsync(nowMs, most, default);
                    return (dues, list.NextAtMs, list.Count);
                },
                fails);
            Assert.Equal(expected, taken);
            Assert.Equal((after.Count == 0 ? (long?)null : after.Min.AtMs, after.Count), (next, (int)count));
            if (!fails)
                model = after;
        }
        Assert.Equal(model, await _rig.TakeAsync(long.MaxValue));
        Assert.Empty(_rig.Leaves);
    }

    [Fact]
    public async Task A_million_timers_come_in_due_order_and_a_batch_writes_little()
    {
        const int Timers = 1_000_000, Batch = 50_000, Last = 2048;
        var random = new Random(5);
        Due[] all = [.. Enumerable.Range(0, Timers).Select(i => new Due(1_800_000_000_000 + random.NextInt64(2_592_000_000), i << 1))];
        for (var from = 0; from < Timers - Last; from += Batch)
            await _rig.AddAsync(all[from..Math.Min(from + Batch, Timers - Last)]);
        await _rig.AddAsync(all[^Last..]);
        Assert.InRange(_rig.Written, 1, 1_500_000);
        Assert.InRange(_rig.Root!.Length, 1, 170_000);
        Assert.InRange(_rig.Leaves.Count(), Timers / 128, Timers / 64);

        Array.Sort(all);
        for (var from = 0; from < Timers; from += 20_000)
        {
            _rig.Restart();
            Assert.Equal(all[from..(from + 20_000)], await _rig.TakeAsync(long.MaxValue, 20_000));
        }
        Assert.Empty(_rig.Leaves);
    }

    [Fact]
    public async Task A_changed_byte_of_any_value_is_reported_with_the_key()
    {
        await _rig.AddAsync([.. Enumerable.Range(0, 300).Select(i => new Due(i, i))]);
        foreach (var (key, value) in _rig.State.ToList())
        {
            for (var at = 0; at < value.Length; at++)
            {
                var damaged = value.ToArray();
                damaged[at] ^= (byte)(1 << (at % 8));
                await AssertRefusedAsync(key, damaged);
            }
            await AssertRefusedAsync(key, value[..^1]);
            await AssertRefusedAsync(key, []);
        }
        Assert.Equal(300, (await _rig.TakeAsync(300)).Count);
    }

    [Fact]
    public async Task A_leaf_that_is_missing_or_of_another_place_is_reported_with_the_key()
    {
        await _rig.AddAsync([.. Enumerable.Range(0, 300).Select(i => new Due(i, i))]);
        var leaves = _rig.State.Where(entry => entry.Key.StartsWith("77", StringComparison.Ordinal)).ToList();
        await AssertRefusedAsync(leaves[0].Key, leaves[1].Value);
        await AssertRefusedAsync(leaves[2].Key, leaves[1].Value);
        await AssertRefusedAsync(leaves[1].Key, null);
    }

    [Fact]
    public async Task A_damaged_leaf_costs_its_own_timers_where_the_application_wants_that()
    {
        _rig.Lost = [];
        await _rig.AddAsync([.. Enumerable.Range(0, 300).Select(i => new Due(i, i))]);
        var leaf = _rig.State.Where(entry => entry.Key.StartsWith("77", StringComparison.Ordinal)).ElementAt(1).Key;
        _rig.State[leaf][5] ^= 1;
        _rig.Restart();
        await _rig.AddAsync(new Due(150, 1000));
        var taken = await _rig.TakeAsync(300);
        Assert.Equal([.. Enumerable.Range(0, 128), 1000, .. Enumerable.Range(256, 44)], taken.Select(due => (int)due.Item));
        Assert.Contains("128 timers from 128 on are lost. The timers of the state entry w 1 cannot be read", Assert.Single(_rig.Lost), StringComparison.Ordinal);
        Assert.Empty(await _rig.TakeAsync(long.MaxValue));
    }

    public static TheoryData<int> Seeds() => [.. Enumerable.Range(1, 20)];

    private static readonly long[] Extremes = [long.MinValue, -1, 0, 1, long.MaxValue];

    private static Due[] Draw(Random random, int count, int width) =>
        [.. Enumerable.Range(0, count).Select(_ => new Due(random.Next(width), random.Next(1000)))];

    private async Task AssertRefusedAsync(string key, byte[]? value)
    {
        var sound = _rig.State[key];
        if (value is null)
            _rig.State.Remove(key);
        else
            _rig.State[key] = value;
        _rig.Restart();
        var failure = await Assert.ThrowsAsync<InvalidDataException>(() => _rig.TakeAsync(long.MaxValue));
        var name = DueList.Name(Convert.FromHexString(key));
        Assert.Contains($"The timers of the state entry {name} cannot be read: ", failure.Message, StringComparison.Ordinal);
        _rig.State[key] = sound;
        _rig.Restart();
    }
}
