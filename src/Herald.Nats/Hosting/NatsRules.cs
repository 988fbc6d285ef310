using Herald.Engine.Basics;

namespace Herald.Nats.Hosting;

/// <summary>The rules between the settings of NATS.</summary>
internal static class NatsRules
{
    public static IEnumerable<SettingProblem> Broken(NatsOptions options)
    {
        foreach (var (index, route) in options.Sources.Index())
        {
            var name = $"sources.{index}";
            if (!options.Clusters.ContainsKey(route.Cluster))
            {
                yield return new(
                    $"{name}.cluster",
                    $"There is no cluster '{route.Cluster}'. Add its servers as nats.clusters.{route.Cluster}.servers, "
                    + "for example nats://127.0.0.1:4222.")
                { Others = ["clusters"] };
            }
            if (route.Overlapping() is { } overlapping)
            {
                yield return new($"{name}.subject", "Another subject of this source can match the same messages. Remove one.")
                {
                    Value = overlapping,
                };
            }
            if (route.Stream is not null && route.OneReader)
                yield return new(
                    $"{name}.oneReader", "It is for sources without a stream: of a stream, one node reads all messages anyway.");
            if (route.Stream is null && route.Replicas != 1)
                yield return new($"{name}.replicas", $"It is for sources with a stream. Set nats.{name}.stream.");
            if (options.Sources.Take(index).FirstOrDefault(other => other.IsInTheWayOf(route, options.Group)) is { } other)
            {
                yield return new(
                    $"{name}.subject",
                    $"It would share its messages with '{other}', so each gets only a part: "
                    + $"give it a group of its own, with nats.{name}.group.")
                { Others = ["sources"] };
            }
        }
    }
}
