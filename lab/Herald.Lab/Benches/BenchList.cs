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
using Herald.Lab.Benches.Neighbours;
using Herald.Lab.Benches.Notifications;
using Herald.Lab.Benches.Registrations;
using Herald.Lab.Benches.Repeats;
using Herald.Lab.Benches.Scale;
using Herald.Lab.Benches.Starts;
using Herald.Lab.Benches.Subscriptions;
using Herald.Lab.Benches.Takeover;

namespace Herald.Lab.Benches;

/// <summary>All benches, in the order in which <c>bench all</c> runs them.</summary>
internal static class BenchList
{
    /// <summary>The benches of clusters, which need PostgreSQL on this machine.</summary>
    public static IReadOnlyList<IBench> OfClusters { get; } =
        [new ClusterLatencyBench(ClusterLatencyBench.UsualNodes), new ScaleBench(), new NodesBench(), new TakeoverBench(), new HeldBench()];

    /// <summary>The benches of Kafka, which need Kafka's programs on this machine.</summary>
    public static IReadOnlyList<IBench> OfKafka { get; } = [new IngestBench()];

    /// <summary>The benches of NATS, which need a nats-server on this machine.</summary>
    public static IReadOnlyList<IBench> OfNats { get; } = [new AlarmsBench()];

    /// <summary>The bench of notifications, which needs wrk on this machine.</summary>
    public static IReadOnlyList<IBench> OfNotifications { get; } = [new NotificationsBench()];

    public static IReadOnlyList<IBench> All { get; } =
    [
        new AcceptBench(1), new AcceptBench(AcceptBench.UsualBatch), DeliverBench.Backlog, DeliverBench.Fanout, new FlowBench(),
        new LatencyBench(), new FlakyBench(), new RepeatsBench(), new KeysBench(), new NeighboursBench(), new IsolateBench(),
        new SubscriptionsBench(), new RegistrationsBench(), new StartBench(), new MemoryBench(), new IdleBench(),
    ];

    /// <summary>Every bench.</summary>
    public static IReadOnlyList<IBench> Known { get; } = [.. All, .. OfClusters, .. OfKafka, .. OfNats, .. OfNotifications];
}
