using System.Text;
using Herald.Engine.Basics;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Xunit;

namespace Herald.Contracts.Stores;

public abstract class StateContract(StoreHarness harness) : StoreContract(harness)
{
    private const string None = "(none)";

    private static readonly ShardId Shard = new(0), Other = new(1);
    private int _number;

    [Fact]
    public async Task A_key_that_was_never_written_has_no_value() => Assert.Equal([None], await ReadAsync("app", "a"));

    [Fact]
    public async Task State_of_applications_that_nobody_can_have_is_not_there()
    {
        foreach (var name in NamesOfNobody)
            Assert.Equal([None, None], await ReadAsync(name, "a", "\0"));
    }

    /// <summary>A state key is any bytes, up to the length of the longest event key.</summary>
    [Fact]
    public async Task Any_bytes_are_a_key()
    {
        foreach (var key in (string[])["", "\0", "a\0b", new('x', 1024), new('\u6f22', 341)])
        {
            await WriteAsync(("app", key, "1"));
            Assert.Equal(["1"], await ReadAsync("app", key));
        }
    }

    [Fact]
    public async Task The_last_value_of_a_key_is_read()
    {
        await WriteAsync(("app", "a", "1"), ("app", "b", "2"), ("other", "a", "3"));
        await WriteAsync(("app", "a", "4"));

        Assert.Equal(["4", "2", None], await ReadAsync("app", "a", "b", "c"));
        Assert.Equal(["3"], await ReadAsync("other", "a"));
        await Harness.ReopenAsync();
        Assert.Equal(["4", "2", None], await ReadAsync("app", "a", "b", "c"));
    }

    [Fact]
    public async Task The_last_write_of_a_key_in_one_commit_wins()
    {
        await WriteAsync(("app", "a", "1"), ("app", "a", "2"));
        Assert.Equal(["2"], await ReadAsync("app", "a"));
    }

    [Fact]
    public async Task A_removed_key_has_no_value_and_an_empty_value_is_one()
    {
        await WriteAsync(("app", "a", "1"), ("app", "b", "1"));
        await WriteAsync(("app", "a", null), ("app", "b", ""));
        Assert.Equal([None, ""], await ReadAsync("app", "a", "b"));
        await Harness.ReopenAsync();
        Assert.Equal([None, ""], await ReadAsync("app", "a", "b"));
    }

    [Fact]
    public async Task Shards_have_state_of_their_own()
    {
        await WriteAsync(("app", "a", "1"));
        await WriteAsync(Other, ("app", "a", "2"), ("app", "b", "3"));
        Assert.Equal(["1", None, "2", "3"], await ReadAsync("app", (Shard, "a"), (Shard, "b"), (Other, "a"), (Other, "b")));
        await WriteAsync(("app", "a", null));
        await Harness.ReopenAsync();
        Assert.Equal([None, None, "2", "3"], await ReadAsync("app", (Shard, "a"), (Shard, "b"), (Other, "a"), (Other, "b")));
    }

    [Fact]
    public async Task Keys_of_several_shards_can_come_in_any_order_and_more_than_once()
    {
        await WriteAsync(("app", "a", "1"), ("app", "b", "2"), ("other", "a", "x"));
        await WriteAsync(Other, ("app", "a", "3"), ("app", "c", "4"));

        Assert.Equal(
            ["4", "1", None, "3", "4", None, "2", "1"],
            await ReadAsync(
                "app", (Other, "c"), (Shard, "a"), (Shard, "c"), (Other, "a"), (Other, "c"), (Other, "unknown"), (Shard, "b"), (Shard, "a")));
    }

    [Fact]
    public async Task A_shard_that_the_store_does_not_have_has_no_state()
    {
        await WriteAsync(("app", "a", "1"));
        Assert.Equal(["1", None, None], await ReadAsync("app", (Shard, "a"), (new ShardId(int.MaxValue), "a"), (new ShardId(-1), "a")));
    }

    [Fact]
    public async Task No_keys_have_no_values()
    {
        await WriteAsync(("app", "a", "1"));
        Assert.Empty(await Harness.State.ReadAsync("app", [], Cancel));
    }

    [Fact]
    public async Task One_call_reads_5000_keys_of_two_shards()
    {
        (string, string, string?)[] writes = [.. Enumerable.Range(0, 2500).Select(i => ("app", $"key {i}", (string?)$"value {i}"))];
        await WriteAsync(writes);
        await WriteAsync(Other, [.. writes.Where((_, i) => i % 3 != 0).Select(write => write with { Item3 = $"other {write.Item3}" })]);

        var numbers = Enumerable.Range(0, 5000).ToArray();
        new Random(17).Shuffle(numbers);
        (ShardId, string)[] asked = [.. numbers.Select(i => (i < 2500 ? Shard : Other, $"key {i % 2500}"))];
        string[] expected =
            [.. numbers.Select(i => i < 2500 ? $"value {i}" : (i - 2500) % 3 == 0 ? None : $"other value {i - 2500}")];
        Assert.Equal(expected, await ReadAsync("app", asked));
    }

    [Fact]
    public async Task Two_tenants_have_applications_of_the_same_name()
    {
        var acmes = TenantId.Parse("acme").FullName("app");
        await WriteAsync(("app", "a", "1"), (acmes, "a", "2"), (acmes, "b", "3"));
        await WriteAsync(("app", "a", null));
        Assert.Equal([None, None], await ReadAsync("app", "a", "b"));
        Assert.Equal(["2", "3"], await ReadAsync(acmes, "a", "b"));
        await Harness.ReopenAsync();
        Assert.Equal([None, None], await ReadAsync("app", "a", "b"));
        Assert.Equal(["2", "3"], await ReadAsync(acmes, "a", "b"));
    }

    [Fact]
    public async Task Attempt_history_is_found_by_sequence_in_the_order_of_the_commits_whatever_the_clocks_said()
    {
        var fence = await OwnAsync(Shard);
        var blocks = new[] { (1, 10, "a"), (5, 20, "b"), (30, 40, "c") };
        foreach (var (first, last, text) in blocks)
            await CommitAsync(new ShardCommit
            {
                Fence = fence,
                Number = ++_number,
                History = new HistoryBlock(first, last, Harness.Clock.NowMs - (1000 * _number), StoreEvents.Payload(text)),
            });

        Assert.Equal(["a"], await HistoryAsync(1));
        Assert.Equal(["a", "b"], await HistoryAsync(10));
        Assert.Equal(["b"], await HistoryAsync(20));
        Assert.Empty(await HistoryAsync(25));
        await Harness.ReopenAsync();
        Assert.Equal(["a", "b"], await HistoryAsync(7));
    }

    private Task WriteAsync(params (string App, string Key, string? Value)[] writes) => WriteAsync(Shard, writes);

    private async Task WriteAsync(ShardId shard, params (string App, string Key, string? Value)[] writes)
    {
        var state = writes.Select(write => new StateWrite(
            write.App, StoreEvents.Payload(write.Key), write.Value is { } value ? StoreEvents.Payload(value) : (ReadOnlyMemory<byte>?)null));
        await CommitAsync(new ShardCommit { Fence = await OwnAsync(shard), Number = ++_number, State = [.. state] });
    }

    private Task<string[]> ReadAsync(string application, params string[] keys) =>
        ReadAsync(application, [.. keys.Select(key => (Shard, key))]);

    private async Task<string[]> ReadAsync(string application, params (ShardId Shard, string Key)[] keys)
    {
        StateKey[] asked = [.. keys.Select(key => new StateKey(key.Shard, StoreEvents.Payload(key.Key)))];
        var values = await Harness.State.ReadAsync(application, asked, Cancel);
        return [.. values.Select(v => v is { } value ? Encoding.UTF8.GetString(value.Span) : None)];
    }

    private async Task<string[]> HistoryAsync(long sequence)
    {
        var blocks = await Harness.State.ReadHistoryAsync(Shard, sequence, Cancel);
        return [.. blocks.Select(b => Encoding.UTF8.GetString(b.Block.Span))];
    }
}
