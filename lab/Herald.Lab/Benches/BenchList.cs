using Herald.Lab.Benches.Acceptance;
using Herald.Lab.Benches.Alarms;
using Herald.Lab.Benches.Delivery;
using Herald.Lab.Benches.Flaky;
using Herald.Lab.Benches.Flow;
using Herald.Lab.Benches.Footprint;
using Herald.Lab.Benches.HeldTransactions;
using Herald.Lab.Benches.Ingestion;
using Herald.Lab.Benches.Isolation;
using Herald.Lab.Benches.Keys;
using Herald.Lab.Benches.Latency;
using Herald.Lab.Benches.Registrations;
using Herald.Lab.Benches.Repeats;
using Herald.Lab.Benches.Scale;
using Herald.Lab.Benches.Starts;
using Herald.Lab.Benches.Subscriptions;
using Herald.Lab.Benches.Takeover;

namespace Herald.Lab.Benches;

/// <summary>All there are, in the order in which <c>bench all</c> runs them.</summary>
internal static class BenchList
{
    /// <summary>Those of clusters, which need a PostgreSQL here.</summary>
    public static IReadOnlyList<IBench> OfClusters { get; } =
        [new ClusterLatencyBench(ClusterLatencyBench.UsualNodes), new ScaleBench(), new NodesBench(), new TakeoverBench(), new HeldBench()];

    /// <summary>Those of Kafka, which need a broker's programs here.</summary>
    public static IReadOnlyList<IBench> OfKafka { get; } = [new IngestBench()];

    /// <summary>Those of NATS, which need a nats-server here.</summary>
    public static IReadOnlyList<IBench> OfNats { get; } = [new AlarmsBench()];

    public static IReadOnlyList<IBench> All { get; } =
    [
        new AcceptBench(1), new AcceptBench(AcceptBench.UsualBatch), DeliverBench.Backlog, DeliverBench.Fanout, new FlowBench(),
        new LatencyBench(), new FlakyBench(), new RepeatsBench(), new KeysBench(), new IsolateBench(), new SubscriptionsBench(), new RegistrationsBench(), new StartBench(), new MemoryBench(), new IdleBench(),
    ];

    /// <summary>Every one that has a name.</summary>
    public static IReadOnlyList<IBench> Known { get; } = [.. All, .. OfClusters, .. OfKafka, .. OfNats];
}
