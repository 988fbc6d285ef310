using Herald.Engine.Events;
using Herald.Engine.Inspection;
using Herald.Engine.Stores;
using Xunit;

namespace Herald.Engine.Tests.Inspection;

public sealed class DeadLetterDeskTests
{
    [Fact]
    public void An_id_is_read_as_it_is_shown()
    {
        var id = new DeadLetterId(new ShardId(3), 17, 2, 5_000_000_000);
        Assert.Equal("dl_3_17_2_5000000000", DeadLetterActions.Format(id));
        Assert.True(DeadLetterActions.TryParse("dl_3_17_2_5000000000", out var read));
        Assert.Equal(id, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("dl")]
    [InlineData("dl_3_17_2")]
    [InlineData("dl_3_17_2_5_6")]
    [InlineData("xx_3_17_2_5")]
    [InlineData("dl_a_17_2_5")]
    [InlineData("dl_3_a_2_5")]
    [InlineData("dl_3_17_a_5")]
    [InlineData("dl_3_17_2_a")]
    public void What_is_no_id_is_refused(string text)
    {
        Assert.False(DeadLetterActions.TryParse(text, out var id));
        Assert.Equal(default, id);
    }
}
