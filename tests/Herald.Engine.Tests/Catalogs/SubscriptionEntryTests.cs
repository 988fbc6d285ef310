using Herald.Engine.Events;
using Herald.Engine.Subscriptions;
using Herald.Engine.Tests.Shards;
using Xunit;

namespace Herald.Engine.Tests.Catalogs;

public sealed class SubscriptionEntryTests
{
    // At every change, shard 0 and shard 1 had different last sequences.
    private static readonly SubscriptionEntry Entry = SubscriptionEntries.Plain(1, shards: 2) with
    {
        Starts = [10, 0],
        RewoundAt = [50, 5],
        Revisions = [new(3, Filter.All, [0, 0]), new(4, Filter.All, [20, 2]), new(5, Filter.All, [30, 2])],
    };

    [Theory]
    [InlineData(0, 1, 0)]
    [InlineData(0, 10, 0)]
    [InlineData(0, 11, 3)]
    [InlineData(0, 20, 3)]
    [InlineData(0, 21, 4)]
    [InlineData(0, 30, 4)]
    [InlineData(0, 31, 5)]
    [InlineData(0, 1_000_000, 5)]
    [InlineData(1, 1, 3)]
    [InlineData(1, 2, 3)]
    [InlineData(1, 3, 5)] // revision 4 was in force for no sequence of this shard
    public void A_sequence_is_routed_by_the_filter_that_was_in_force_when_it_was_accepted(int shard, long sequence, int revision)
    {
        Assert.Equal(revision, Entry.RevisionAt(new ShardId(shard), sequence));
    }

    [Fact]
    public void A_start_after_a_change_of_filter_is_routed_by_that_filter()
    {
        var entry = Entry with { Starts = [25, 25] };
        Assert.Equal(0, entry.RevisionAt(new ShardId(0), 25));
        Assert.Equal(4, entry.RevisionAt(new ShardId(0), 26));
    }

    [Fact]
    public void A_replay_ends_where_the_head_was_when_it_was_asked_for()
    {
        Assert.False(Entry.IsReplay(new ShardId(0), 50));
        var replayed = Entry with { Subscription = Entry.Subscription with { Generation = 2 } };
        Assert.True(replayed.IsReplay(new ShardId(0), 50));
        Assert.False(replayed.IsReplay(new ShardId(0), 51));
        Assert.True(replayed.IsReplay(new ShardId(1), 5));
        Assert.False(replayed.IsReplay(new ShardId(1), 6));
    }
}
