using System.Text;
using Herald.Engine.Basics;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Xunit;

namespace Herald.Contracts.Stores;

public abstract class StateContract(StoreHarness harness) : StoreContract(harness)
{
    private const string None = "(none)";

    private static readonly ShardId Shard = new(0);
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
        var read = await Harness.State.ReadAsync(new ShardId(1), "app", [StoreEvents.Payload("a")], Cancel);
        Assert.Null(read[0]);
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

    private async Task WriteAsync(params (string App, string Key, string? Value)[] writes) => await CommitAsync(new ShardCommit
    {
        Fence = await OwnAsync(Shard),
        Number = ++_number,
        State = [.. writes.Select(w => new StateWrite(w.App, StoreEvents.Payload(w.Key), w.Value is null ? (ReadOnlyMemory<byte>?)null : StoreEvents.Payload(w.Value)))],
    });

    private async Task<string[]> ReadAsync(string application, params string[] keys)
    {
        var values = await Harness.State.ReadAsync(Shard, application, [.. keys.Select(k => (ReadOnlyMemory<byte>)StoreEvents.Payload(k))], Cancel);
        return [.. values.Select(v => v is { } value ? Encoding.UTF8.GetString(value.Span) : None)];
    }

    private async Task<string[]> HistoryAsync(long sequence)
    {
        var blocks = await Harness.State.ReadHistoryAsync(Shard, sequence, Cancel);
        return [.. blocks.Select(b => Encoding.UTF8.GetString(b.Block.Span))];
    }
}
