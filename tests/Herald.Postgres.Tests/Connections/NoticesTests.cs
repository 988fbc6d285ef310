using Herald.Contracts.Stores;
using Herald.Engine.Stores;
using Herald.Postgres.Connections;
using Xunit;

namespace Herald.Postgres.Tests.Connections;

public sealed class NoticesTests
{
    [Fact]
    public void The_same_is_said_once_a_minute_with_how_often_it_was_left_out()
    {
        var (clock, lines) = (new StoreClock(), new List<string>());
        var notices = new Notices(lines.Add, clock);
        for (var second = 0; second < 130; second++)
        {
            notices.Failed("This failed.", new StoreUnavailableException($"reason {second}"));
            clock.Advance(TimeSpan.FromSeconds(1));
        }
        notices.Failed("That failed.", new InvalidOperationException("a mistake of ours"));
        Assert.Equal(
            ["This failed. reason 0", "This failed. reason 60 (59 more of these since the last one were not logged.)", "This failed. reason 120 (59 more of these since the last one were not logged.)"],
            lines[..3]);
        Assert.StartsWith("That failed. System.InvalidOperationException: a mistake of ours", lines[3], StringComparison.Ordinal);
        Assert.Equal(4, lines.Count);
    }
}
