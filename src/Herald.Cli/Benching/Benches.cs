using Herald.Cli.Benching.Accepting;
using Herald.Cli.Benching.Alarms;
using Herald.Cli.Benching.Delivering;
using Herald.Cli.Benching.Flaky;
using Herald.Cli.Benching.Flowing;
using Herald.Cli.Benching.Footprint;
using Herald.Cli.Benching.Holding;
using Herald.Cli.Benching.Ingesting;
using Herald.Cli.Benching.Isolation;
using Herald.Cli.Benching.Keys;
using Herald.Cli.Benching.Latency;
using Herald.Cli.Benching.Registrations;
using Herald.Cli.Benching.Repeating;
using Herald.Cli.Benching.Scaling;
using Herald.Cli.Benching.Starting;
using Herald.Cli.Benching.Subscribing;
using Herald.Cli.Benching.Takeover;

namespace Herald.Cli.Benching;

/// <summary>All there are, in the order in which <c>bench all</c> runs them.</summary>
internal static class Benches
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
