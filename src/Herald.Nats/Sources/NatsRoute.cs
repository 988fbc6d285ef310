using Herald.Brokers.Sources;
using Herald.Engine.Basics;
using Herald.Nats.JetStream;

namespace Herald.Nats.Sources;

/// <summary>Subjects of a NATS cluster whose messages become events of one Herald topic.</summary>
public sealed record NatsRoute : SourceRoute
{
    [SettingText<SubjectForm>("The NATS subjects. No message may match two of them.", IsRequired = true)]
    public IReadOnlyList<string> Subject { get; init; } = [];

    [SettingText<JetStreamName>("The JetStream stream that keeps the messages. It is created if it is missing.", None = "none")]
    public string? Stream { get; init; }

    [SettingText<JetStreamName>("The group of this source, instead of nats.group.", None = "none")]
    public string? Group { get; init; }

    [Setting("How many replicas a stream gets that Herald creates.", Least = "1", Most = "5")]
    public int Replicas { get; init; } = 1;

    [Setting("Without a stream: one node reads all messages, so that they keep their order.")]
    public bool OneReader { get; init; }

    public override IReadOnlyList<string> From => Subject;

    /// <summary>Whether two sources would take messages from each other, because they share a position or a queue group.</summary>
    /// <param name="group">The group of sources that name none.</param>
    public bool IsInTheWayOf(NatsRoute other, string group)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Cluster == other.Cluster && Stream == other.Stream && (Group ?? group) == (other.Group ?? group)
            && (Stream is not null || Subject.Any(one => other.Subject.Any(two => Messages.Subjects.Overlap(one, two))));
    }

    /// <summary>The first of the subjects that can match a message of another one; null when there is none.</summary>
    public string? Overlapping() => Subject.Index()
        .Where(one => Subject.Take(one.Index).Any(two => Messages.Subjects.Overlap(one.Item, two)))
        .Select(one => one.Item).FirstOrDefault();
}
