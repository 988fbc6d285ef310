using Herald.Brokers.Clusters;
using Herald.TestKit.Time;

namespace Herald.Brokers.Tests.Clusters;

public sealed class RepeatedTroubleTests
{
    [Fact]
    public void The_same_failure_is_reported_once_a_minute_and_another_one_at_once()
    {
        var clock = new ManualClock();
        var trouble = new RepeatedTrouble(clock);
        Assert.True(trouble.Note("down"));
        Assert.False(trouble.Note("down"));
        Assert.True(trouble.Note("refused"));
        clock.Advance(TimeSpan.FromSeconds(59));
        Assert.False(trouble.Note("refused"));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(trouble.Note("refused"));
        Assert.Equal("refused", trouble.Last);
    }

    [Fact]
    public void After_a_success_a_failure_is_a_new_one()
    {
        var trouble = new RepeatedTrouble(new ManualClock());
        Assert.False(trouble.Well());
        trouble.Note("down");
        Assert.True(trouble.Well());
        Assert.False(trouble.Well());
        Assert.Null(trouble.Last);
        Assert.True(trouble.Note("down"));
    }
}
