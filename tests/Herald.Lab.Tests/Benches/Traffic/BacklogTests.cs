using System.Text;
using System.Text.Json;
using Herald.Lab.Benches.Traffic;
using Xunit;

namespace Herald.Lab.Tests.Benches.Traffic;

public sealed class BacklogTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(10, 3)]
    [InlineData(2500, 7)]
    [InlineData(9000, 1000)]
    [InlineData(5, 1000)]
    public void Every_event_is_there_once_and_each_key_in_order_in_one_lane(int events, int keys)
    {
        var laneOf = new Dictionary<int, int>();
        var last = new Dictionary<int, long>();
        var lane = 0;
        foreach (var batches in new Backlog(1, events, keys).Lanes())
        {
            foreach (var one in batches.SelectMany(EventsOf))
            {
                Assert.Equal(lane, laneOf.TryAdd(one.Key, lane) ? lane : laneOf[one.Key]);
                Assert.Equal(last.GetValueOrDefault(one.Key) + 1, one.Number);
                last[one.Key] = one.Number;
            }
            lane++;
        }
        Assert.Equal(events, last.Values.Sum());
        Assert.Equal(Math.Min(events, keys), last.Count);
        Assert.InRange(last.Values.Max() - last.Values.Min(), 0, 1);
    }

    private static List<TrafficEvent> EventsOf(ReadOnlyMemory<byte> batch)
    {
        var events = new List<TrafficEvent>();
        for (var at = 0; at < batch.Length; at += TrafficEvent.EnvelopeBytes)
        {
            using var json = JsonDocument.Parse(batch.Slice(at, TrafficEvent.EnvelopeBytes));
            events.Add(TrafficEvent.Parse(Encoding.ASCII.GetBytes(json.RootElement.GetProperty("payload").GetRawText())));
        }
        return events;
    }
}
