using System.Text.Json;
using Herald.Lab.Benches.Traffic;
using Xunit;

namespace Herald.Lab.Tests.Benches.Traffic;

public sealed class TrafficOrderTests
{
    public static TheoryData<string> Lines { get; } =
    [
        .. new TrafficOrder[]
        {
            new TrafficOrder.Begin(1, 1000, 10, 2), new TrafficOrder.Behave(1, SinkConduct.Hang), new TrafficOrder.Mark(),
            new TrafficOrder.Arrive([new("http://127.0.0.1:8090/"), new("http://127.0.0.1:8091/")], null, 50, TimeSpan.FromSeconds(1.5)),
            new TrafficOrder.Press([new Uri("http://127.0.0.1:8090/")], "topic", 64, TimeSpan.FromSeconds(2)),
            new TrafficOrder.Drain([0, 1], 100, true),
        }.Select(order => JsonSerializer.Serialize(order, TrafficJson.Default.TrafficOrder)),
    ];

    [Theory]
    [MemberData(nameof(Lines))]
    public void An_order_is_one_line_and_read_as_it_was_written(string line)
    {
        Assert.DoesNotContain('\n', line);
        var order = JsonSerializer.Deserialize(line, TrafficJson.Default.TrafficOrder)!;
        Assert.Equal(line, JsonSerializer.Serialize(order, TrafficJson.Default.TrafficOrder));
    }
}
