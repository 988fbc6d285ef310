using Herald.Engine.Shards;
using Xunit;

namespace Herald.Engine.Tests.Shards;

public sealed class ProgressDeltaTests
{
    private readonly ProgressDelta _delta = new();
    private readonly SubscriptionState _state = new(SubscriptionEntries.Plain(1));
    private readonly Lane _lane;

    public ProgressDeltaTests() => _lane = new(_state, 5);

    [Fact]
    public void A_changed_lane_is_noted_once_and_its_subscription_with_it()
    {
        Assert.True(_delta.IsEmpty);
        _delta.Note(_lane);
        _delta.Note(_lane);
        _delta.Note(_state);
        Assert.False(_delta.IsEmpty);
        Assert.Equal([_state], _delta.Changed);
        Assert.Equal([_lane], ProgressDelta.LanesOf(_state));
    }

    [Fact]
    public void After_a_record_only_new_changes_count()
    {
        _delta.Note(_lane);
        ProgressDelta.NoteSaved(_lane);
        ProgressDelta.NoteSaved(_state);
        _delta.Clear();
        Assert.True(_delta.IsEmpty);
        Assert.True(ProgressDelta.IsSaved(_state));
        Assert.Empty(ProgressDelta.LanesOf(_state));

        _delta.Note(_lane);
        Assert.Equal([_lane], ProgressDelta.LanesOf(_state));
        Assert.Equal([_state], _delta.Changed);
    }

    [Fact]
    public void Only_what_a_record_contains_has_to_be_removed_from_it()
    {
        _delta.NoteRemoved(_lane);
        _delta.NoteRemoved(_state);
        Assert.True(_delta.IsEmpty);

        ProgressDelta.NoteSaved(_lane);
        ProgressDelta.NoteSaved(_state);
        _delta.NoteRemoved(_lane);
        Assert.Equal([5UL], ProgressDelta.RemovedLanesOf(_state));
        Assert.Equal([_state], _delta.Changed);
        _delta.NoteRemoved(_state);
        _delta.NoteRemoved(9);
        Assert.Equal([1, 9], _delta.Removed.Order());
    }

    [Fact]
    public void A_lane_that_the_next_record_does_not_need_is_removed_once()
    {
        ProgressDelta.NoteUnneeded(_lane);
        Assert.Empty(ProgressDelta.RemovedLanesOf(_state));
        ProgressDelta.NoteSaved(_lane);
        ProgressDelta.NoteUnneeded(_lane);
        ProgressDelta.NoteUnneeded(_lane);
        Assert.Equal([5UL], ProgressDelta.RemovedLanesOf(_state));
    }
}
