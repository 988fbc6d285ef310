using Herald.Engine.Basics;

namespace Herald.Kafka.Hosting;

/// <summary>The rules between the settings of Kafka.</summary>
internal static class KafkaRules
{
    public static IEnumerable<SettingProblem> Broken(KafkaOptions options)
    {
        // Two sources in one group would divide the topic's messages between them, although each needs all of them.
        var seen = new HashSet<(string Cluster, string Topic)>();
        foreach (var (index, route) in options.Sources.Index())
        {
            if (!options.Clusters.ContainsKey(route.Cluster))
            {
                yield return new(
                    $"sources.{index}.cluster",
                    $"There is no cluster '{route.Cluster}'. Add its servers as kafka.clusters.{route.Cluster}.servers, "
                    + "for example 127.0.0.1:9092.")
                { Others = ["clusters"] };
            }
            foreach (var topic in route.Topic.Where(topic => !seen.Add((route.Cluster, topic))))
            {
                yield return new($"sources.{index}.topic", "Another source reads this topic of the cluster already. Remove one.")
                {
                    Value = topic,
                    Others = ["sources"],
                };
            }
        }
    }
}
