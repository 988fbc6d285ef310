using System.Text.Json;
using Herald.Lab.Benches.Traffic;
using Xunit;

namespace Herald.Lab.Tests.Benches.Traffic;

/// <summary>What the traffic part answers.</summary>
public sealed class TrafficTotalsTests
{
    [Fact]
    public void What_was_sent_is_one_line_and_read_as_it_was_written()
    {
        var sent = new SentTotals(Accepted: 30, AcceptedHot: 6, Refused: 1, Broken: 2, TimeSpan.FromSeconds(1.5));
        var line = JsonSerializer.Serialize(sent, TrafficJson.Default.SentTotals);
        Assert.DoesNotContain('\n', line);
        Assert.Equal(sent, JsonSerializer.Deserialize(line, TrafficJson.Default.SentTotals));
    }

    [Fact]
    public void So_is_what_was_received()
    {
        var latencies = new Latencies(P50: 1.25, P95: 2, P99: 3, Longest: 4);
        var sink = new SinkTotals(
            Received: 9, ReceivedHot: 3, Repeated: 1, OutOfOrder: 2, Foreign: 4, FirstAt: 100, LastAt: 200,
            Busy: TimeSpan.FromMilliseconds(7), latencies);
        var line = JsonSerializer.Serialize(new DrainedTotals([sink], latencies), TrafficJson.Default.DrainedTotals);
        Assert.DoesNotContain('\n', line);
        var read = JsonSerializer.Deserialize(line, TrafficJson.Default.DrainedTotals)!;
        Assert.Equal(sink, Assert.Single(read.Sinks));
        Assert.Equal(latencies, read.Latencies);
    }
}
