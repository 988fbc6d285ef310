using System.Diagnostics.Metrics;
using Herald.Brokers.Metrics;
using Herald.Nats.Sources;

namespace Herald.Nats.Metrics;

/// <summary>The metrics of NATS in this process.</summary>
internal static class NatsMetrics
{
    private static readonly Meter Own = new("Herald.Nats");
    public static readonly SourceMetrics Sources = new(Own);

    static NatsMetrics()
    {
        Sources.AddGauge<NatsSource>("connected", source => source.IsConnected ? 1 : 0, "Whether a source is connected to its cluster.");
        Sources.AddGauge<NatsSource>("reading", source => source.IsReading ? 1 : 0, "Whether this node reads.");
        Sources.AddGauge<NatsSource>("lag", source => source.Lag, "Messages of a stream that are not durable in Herald yet.");
        Own.CreateObservableCounter(
            Sources.NameOf("dropped_total"), () => Sources.Measure<NatsSource>(source => source.Dropped),
            description: "Messages without a stream that were dropped because there was no room for them.");
    }
}
