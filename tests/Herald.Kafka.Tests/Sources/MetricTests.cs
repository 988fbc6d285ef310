using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Herald.Contracts.Sources;
using Herald.TestKit.Kafka;
using Herald.TestKit.Time;

namespace Herald.Kafka.Tests.Sources;

public sealed class MetricTests
{
    [Fact]
    public async Task Lag_outcomes_and_partitions_are_measured()
    {
        var values = new ConcurrentDictionary<string, long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, own) =>
            {
                if (instrument.Meter.Name == "Herald.Kafka")
                    own.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(values, instrument, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Note(values, instrument, value, tags));
        listener.Start();

        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync("measured", 1);
        await using var node = await SourceNode.StartAsync();
        await using var source = await node.ReadAsync(broker.Servers, KafkaReading.Options(topic, topic) with { BatchEvents = 10 });
        using var publisher = new Publisher(broker.Servers, topic);
        await publisher.SendAsync("key-0", "1", "same");
        await publisher.SendAsync("key-0", "1", "same");
        await publisher.SendAsync("key-0", "no", new string('x', 300));
        await Until.HoldsAsync(() => Read("outcome=accepted") == 1 && Read("outcome=duplicate") == 1 && Read("outcome=rejected") == 1, "each outcome is counted");

        node.Log.IsAway = true;
        await publisher.SendNumberedAsync(1, 2, 100);
        await Until.HoldsAsync(() => Read($"herald_kafka_lag topic={topic} partition=0") == 100, "the lag is what was sent");
        await Until.HoldsAsync(() => Read("herald_kafka_paused") == 1, "the source is paused");
        node.Log.IsAway = false;
        await Until.HoldsAsync(() => Read($"herald_kafka_lag topic={topic} partition=0") == 0, "the lag is gone");
        Assert.Equal(1, Read("herald_kafka_partitions"));

        long Read(string part)
        {
            listener.RecordObservableInstruments();
            return values.Where(v => v.Key.Contains(part, StringComparison.Ordinal)).Select(v => v.Value).SingleOrDefault(-1);
        }
    }

    private static void Note(ConcurrentDictionary<string, long> values, Instrument instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var name = instrument.Name;
        foreach (var tag in tags)
            name += $" {tag.Key}={tag.Value}";
        values.AddOrUpdate(name, value, (_, before) => instrument.IsObservable ? value : before + value);
    }
}
