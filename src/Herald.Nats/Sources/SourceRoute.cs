using System.Globalization;
using Herald.Nats.Clusters;
using Herald.Nats.JetStream;
using Herald.Nats.Messages;

namespace Herald.Nats.Sources;

/// <summary>Subjects of a NATS cluster whose messages become events of one Herald topic.</summary>
/// <param name="Stream">The stream that keeps the messages; null for none.</param>
/// <param name="Group">Null for the group of sources that name none.</param>
public sealed record SourceRoute(string Cluster, IReadOnlyList<string> Subjects, string Topic, string? Stream, string? Group, bool OneReader, int Replicas)
{
    public const string Rule =
        "Sources are written CLUSTER/SUBJECT[,SUBJECT] -> TOPIC [stream=NAME] [group=NAME] [replicas=1 to 5] [oneReader=true], "
        + "several with semicolons. oneReader is for sources without a stream, replicas for sources with one. "
        + "No message may match two subjects of a source.";

    private const string Arrow = "->";

    public override string ToString() => string.Concat(
        $"{Cluster}/{string.Join(',', Subjects)} {Arrow} {Topic}",
        Stream is null ? "" : $" stream={Stream}",
        Group is null ? "" : $" group={Group}",
        Replicas == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $" replicas={Replicas}"),
        OneReader ? " oneReader=true" : "");

    /// <summary>Null when the text breaks the <see cref="Rule"/>.</summary>
    public static IReadOnlyList<SourceRoute>? ParseAll(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var all = text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Parse).ToList();
        return all.Count > 0 && !all.Contains(null) ? [.. all.OfType<SourceRoute>()] : null;
    }

    /// <summary>Whether two sources would take messages from each other, because they share a position or a queue group.</summary>
    /// <param name="group">The group of sources that name none.</param>
    public bool IsInTheWayOf(SourceRoute other, string group)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Cluster == other.Cluster && Stream == other.Stream && (Group ?? group) == (other.Group ?? group)
            && (Stream is not null || Subjects.Any(one => other.Subjects.Any(two => Messages.Subjects.Overlap(one, two))));
    }

    private static SourceRoute? Parse(string text)
    {
        // A subject can end with the second half of an arrow.
        var arrow = text.LastIndexOf(Arrow, StringComparison.Ordinal);
        if (arrow < 0 || text[..arrow].Split('/', 2, StringSplitOptions.TrimEntries) is not [var cluster, var names] || !ClusterName.IsOne(cluster)
            || text[(arrow + Arrow.Length)..].Split(' ', StringSplitOptions.RemoveEmptyEntries) is not [var topic, .. var words])
        {
            return null;
        }
        SourceRoute? route = new(cluster, names.Split(',', StringSplitOptions.TrimEntries), topic, null, null, false, 1);
        foreach (var word in words)
            route = route is null ? null : With(route, word.Split('=', 2));
        return route is not null && IsSound(route) ? route : null;
    }

    private static SourceRoute? With(SourceRoute route, string[] word) => word switch
    {
        ["stream", var name] when JetStreamName.IsOne(name) && route.Stream is null => route with { Stream = name },
        ["group", var name] when JetStreamName.IsOne(name) && route.Group is null => route with { Group = name },
        ["replicas", var number] when int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var replicas) && replicas is >= 1 and <= 5 => route with { Replicas = replicas },
        ["oneReader", "true"] => route with { OneReader = true },
        ["oneReader", "false"] => route with { OneReader = false },
        _ => null,
    };

    private static bool IsSound(SourceRoute route) =>
        route.Subjects.All(Messages.Subjects.IsPattern) && route.Subjects.Index().All(one => !route.Subjects.Take(one.Index).Any(two => Messages.Subjects.Overlap(one.Item, two)))
        && (route.Stream is null ? route.Replicas == 1 : !route.OneReader);
}
