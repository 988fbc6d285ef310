using Herald.Kafka.Clusters;

namespace Herald.Kafka.Sources;

/// <summary>Topics of a Kafka cluster whose messages become events of one Herald topic.</summary>
public sealed record SourceRoute(string Cluster, IReadOnlyList<string> From, string Topic)
{
    public const string Rule = "Sources are written CLUSTER/TOPIC[,TOPIC]>HERALDTOPIC, several with semicolons, each topic once per cluster.";

    public override string ToString() => $"{Cluster}/{string.Join(',', From)}>{Topic}";

    /// <summary>Null when the text breaks the <see cref="Rule"/>.</summary>
    public static IReadOnlyList<SourceRoute>? ParseAll(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var all = new List<SourceRoute>();
        var seen = new HashSet<(string Cluster, string Topic)>();
        foreach (var one in text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (one.Split('>', StringSplitOptions.TrimEntries) is not [var source, { Length: > 0 } topic]
                || source.Split('/', 2, StringSplitOptions.TrimEntries) is not [var cluster, var names] || !ClusterAddress.IsName(cluster))
            {
                return null;
            }
            var from = names.Split(',', StringSplitOptions.TrimEntries);
            // Two sources in one group would divide the topic's messages between them, although each needs all of them.
            if (!from.All(name => TopicName.IsOne(name) && seen.Add((cluster, name))))
                return null;
            all.Add(new(cluster, from, topic));
        }
        return all.Count > 0 ? all : null;
    }
}
