using Herald.Brokers.Channels;
using Herald.Nats.Clusters;
using Herald.Nats.Messages;
using Microsoft.Extensions.Logging;

namespace Herald.Nats.Channels;

/// <summary>
/// Delivers events as NATS messages, to <c>nats://cluster/subject</c>. An event is delivered when a stream has the message, or, if no
/// stream takes the subject, when a server has it, whether or not a subscriber listens.
/// </summary>
public sealed class NatsChannel(IReadOnlyCollection<NatsCluster> clusters, TimeProvider time, ILoggerFactory logging) : BrokerChannel(
    new("nats", "NATS", "subject", "the settings of the cluster", WhyNot),
    clusters.Select(
        cluster => KeyValuePair.Create(
            cluster.Name, (IClusterPublisher)new ClusterPublisher(cluster.Connect(time, logging.CreateLogger("Herald.Nats")), time))),
    time)
{
    private static string? WhyNot(string subject) =>
        subject.StartsWith('$') || subject.StartsWith("_INBOX.", StringComparison.Ordinal) ? "is a subject of the servers themselves"
        : Subjects.IsLiteral(subject) ? null
        : $"is not a subject to which Herald can publish; use {Subjects.Rule}, and no wildcards";
}
