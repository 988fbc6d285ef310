using System.Text;
using Herald.Lab.Orders;
using Xunit;

namespace Herald.Lab.Tests.Orders;

public sealed class OrderMessageTests
{
    private static readonly OrderMessage Message = new(
        new("0197f3f0-0000-7000-8000-000000000001"), new("0197f3f0-0000-7000-8000-000000000002"), new("0197f3f0-0000-7000-8000-000000000003"),
        "state1", new DateTime(2026, 1, 31, 12, 0, 0, DateTimeKind.Utc).AddTicks(1234567), 5);

    private const string Json = """
        {"id":"0197f3f0-0000-7000-8000-000000000001","customer_id":"0197f3f0-0000-7000-8000-000000000002","order_id":"0197f3f0-0000-7000-8000-000000000003","type":"state1","occurred_at":"2026-01-31T12:00:00.123456700Z","sequence_number":5}
        """;

    [Fact]
    public void It_is_written_as_the_application_takes_it() => Assert.Equal(Json, Encoding.UTF8.GetString(Message.ToJson()));

    [Theory]
    [InlineData("2026-01-31T12:00:00.123456700Z")]
    [InlineData("2026-01-31T12:00:00.123456789Z")]
    [InlineData("2026-01-31T13:00:00.123456700+01:00")]
    public void It_is_read_back_with_any_offset(string time) =>
        Assert.Equal(Message, OrderMessage.TryParse(Encoding.UTF8.GetBytes(Json.Replace("2026-01-31T12:00:00.123456700Z", time, StringComparison.Ordinal))));

    [Theory]
    [InlineData("")]
    [InlineData("text")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"id":"0197f3f0-0000-7000-8000-000000000001","customer_id":"x"}""")]
    [InlineData("""{"id":"0197f3f0-0000-7000-8000-000000000001","customer_id":"0197f3f0-0000-7000-8000-000000000002","order_id":"0197f3f0-0000-7000-8000-000000000003","type":"\ud800","occurred_at":"2026-01-31T12:00:00Z","sequence_number":1}""")]
    [InlineData("""{"\ud800":1,"occurred_at":"\ud800"}""")]
    public void Anything_else_is_no_change_of_an_order(string payload) => Assert.Null(OrderMessage.TryParse(Encoding.UTF8.GetBytes(payload)));
}
