using Herald.Engine.Events;
using Herald.Engine.Stores;
using Xunit;

namespace Herald.Contracts.Stores;

/// <summary>Damage to an event affects only this event. Every reading reports it as damaged, and everything else goes on.</summary>
public abstract class DamageContract(StoreHarness harness) : StoreContract(harness)
{
    private static readonly ShardId Shard = new(2);

    [Fact]
    public async Task A_damaged_event_is_told_as_damaged_and_its_neighbours_are_read()
    {
        var events = Events.Make(5, shard: Shard.Value);
        await AppendAsync(events);
        await Harness.DamageAsync(Shard, 3);

        var (records, damaged) = await ReadDamagedAsync(Shard, 1, 2, 3, 4, 5, 99);
        Assert.Equal([1L, 2, 4, 5], records.Keys);
        Assert.Equal(events[3].Record.ToArray(), records[4]);
        Assert.Equal([3L], damaged);
        Assert.Equal([1L, 2, 3, 4, 5], (await ReadIndexAsync(Shard)).Select(e => e.Sequence));
        Assert.Equal([3L], (await ReadDamagedAsync(Shard, 3)).Damaged);
        Assert.Equal(new Appended(Verdict.Accepted, 6), await AppendAsync(Events.Make(shard: Shard.Value)));
    }

    [Fact]
    public async Task What_repeats_a_damaged_event_is_stored_again_and_then_known()
    {
        var one = Events.Make("id", payload: StoreEvents.Payload("once"), shard: Shard.Value);
        await AppendAsync(one);
        await Harness.DamageAsync(Shard, 1);
        Assert.Equal(new Appended(Verdict.Accepted, 2), await AppendAsync(one));
        Assert.Equal(new Appended(Verdict.Duplicate, 2), await AppendAsync(one));
        Assert.Equal(new Appended(Verdict.Accepted, 3), await AppendAsync(Events.Make("other", shard: Shard.Value)));
        Assert.Equal(one.Record.ToArray(), (await ReadDamagedAsync(Shard, 1, 2)).Records[2]);
    }

    [Fact]
    public async Task What_has_the_id_of_a_damaged_event_is_stored_whatever_its_content()
    {
        await AppendAsync(Events.Make("id", payload: StoreEvents.Payload("once"), shard: Shard.Value));
        await Harness.DamageAsync(Shard, 1);
        var other = Events.Make("id", payload: StoreEvents.Payload("other"), shard: Shard.Value);
        other = other with { Index = other.Index with { RouteHash = 8 } };
        Assert.Equal(new Appended(Verdict.Accepted, 2), await AppendAsync(other));
        Assert.Equal(new Appended(Verdict.Duplicate, 2), await AppendAsync(other));
    }

    [Fact]
    public async Task A_dead_letter_of_a_damaged_event_has_its_reason_and_no_record()
    {
        await AppendAsync(Events.Make(3, shard: Shard.Value));
        await Harness.DamageAsync(Shard, 2);
        var id = new DeadLetterId(Shard, 7, 0, 2);
        var letter = new NewDeadLetter(id, "sub", "topic", new DeadLetterReason(DeadLetterReason.Damaged, "where", 0, null, 0, 2_000_000_000_000), default) { HasNoRecord = true };
        var whole = letter with { Id = id with { Sequence = 3 }, HasNoRecord = false };
        await CommitAsync(new ShardCommit { Fence = await OwnAsync(Shard), Number = 1, DeadLetters = [letter, whole] });
        await Harness.ReopenAsync();

        var page = await Harness.DeadLetters.ListAsync(new DeadLetterQuery(null, null, 10, null), Cancel);
        Assert.Equal([2L, 3], page.Items.Select(l => l.Id.Sequence));
        Assert.Equal((letter.Reason, false), (page.Items[0].Reason, page.Items[0].HasRecord));
        Assert.True(page.Items[1].HasRecord);
        Assert.Equal(1, await Harness.DeadLetters.DiscardAsync([new Discard(id)], Cancel));
    }

    [Fact]
    public async Task A_dead_letter_whose_event_is_damaged_later_is_still_listed_with_its_neighbours()
    {
        await AppendAsync(Events.Make(3, shard: Shard.Value));
        var letters = Enumerable.Range(1, 3).Select(sequence => new NewDeadLetter(
            new DeadLetterId(Shard, 7, 0, sequence), "sub", "topic", new DeadLetterReason("max-age", "d", 4, 503, 1000, 2_000_000_000_000), default)).ToArray();
        await CommitAsync(new ShardCommit { Fence = await OwnAsync(Shard), Number = 1, DeadLetters = letters });
        await Harness.DamageAsync(Shard, 2);

        var page = await Harness.DeadLetters.ListAsync(new DeadLetterQuery(null, null, 10, null), Cancel);
        Assert.Equal([1L, 2, 3], page.Items.Select(l => l.Id.Sequence));
        Assert.All(page.Items, l => Assert.Equal(letters[0].Reason, l.Reason));
        Assert.All(page.Items.Where(l => l.Id.Sequence != 2), l => Assert.True(l.HasRecord));
    }
}
