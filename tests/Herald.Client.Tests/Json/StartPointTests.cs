using Xunit;

namespace Herald.Client.Tests.Json;

public sealed class StartPointTests
{
    [Theory]
    [InlineData("17", "17")]
    [InlineData("now", "\"now\"")]
    [InlineData("earliest", "\"earliest\"")]
    [InlineData("2026-01-31T08:00:00Z", "\"2026-01-31T08:00:00Z\"")]
    [InlineData("-1", "\"-1\"")]
    public void What_people_type_is_a_number_or_a_text(string typed, string sent)
    {
        Assert.Equal(sent, StartPoint.Parse(typed).ToJson().ToJsonString());
        Assert.Equal(typed, $"{StartPoint.Parse(typed)}");
    }

    [Fact]
    public void A_time_is_sent_in_UTC_with_all_of_its_digits()
    {
        var time = new DateTimeOffset(2026, 1, 31, 12, 0, 0, 250, TimeSpan.FromHours(2));
        Assert.Equal("2026-01-31T10:00:00.25Z", $"{StartPoint.Time(time)}");
        Assert.Equal(StartPoint.Parse("earliest"), StartPoint.Earliest);
    }
}
