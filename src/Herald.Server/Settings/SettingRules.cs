using Herald.Engine.Basics;
using Herald.Hosting.Settings;
using Herald.Hosting.Text;
using Herald.Journal;
using Herald.Kafka;
using Herald.Nats;
using Herald.Postgres;
using Herald.Server.Http;

namespace Herald.Server.Settings;

/// <summary>The rules between settings.</summary>
internal static class SettingRules
{
    private const string TokenIsMissing = "Set tokenFile (--token-file, HERALD__TOKENFILE) to a file with a token.";

    public static IEnumerable<SettingProblem> OfServer(ServerOptions options)
    {
        var foreign = options.Listen.FirstOrDefault(text => ListenAddress.TryParse(text, out var address) && !address.IsLoopback);
        if (foreign is not null && options.TokenFile is null)
        {
            yield return new("listen", $"An address that is not loopback needs a token. {TokenIsMissing}")
            {
                Value = foreign,
                Others = ["tokenFile"],
            };
        }
        else if (options.RequireToken && options.TokenFile is null)
        {
            yield return new("requireToken", $"The server needs the token that callers send. {TokenIsMissing}")
            {
                Others = ["listen", "tokenFile"],
            };
        }
        if (options.MaxBodyBytesInFlight < options.MaxBodyBytes)
        {
            var least = ByteSizeText.Format(options.MaxBodyBytes);
            yield return new("maxBodyBytesInFlight", $"Must not be less than maxBodyBytes, which is {least}.") { Others = ["maxBodyBytes"] };
        }
    }

    public static IEnumerable<SettingProblem> OfJournal(JournalOptions options)
    {
        if (options.MaxBytes is { } most && most < 4L * options.SegmentBytes)
        {
            var segment = ByteSizeText.Format(options.SegmentBytes);
            yield return new("maxBytes", $"Must be at least four segments (journal.segmentBytes is {segment}).") { Others = ["segmentBytes"] };
        }
    }

    public static IEnumerable<SettingProblem> OfPostgres(PostgresOptions options)
    {
        if (options.AppendPipelines > options.Connections - 2)
        {
            yield return new(
                "appendPipelines", $"Must leave two connections for other work (postgres.connections is {options.Connections}).")
            { Others = ["connections"] };
        }
    }

    public static IEnumerable<SettingProblem> BetweenSections(BoundOptions options)
    {
        if (options.Get<ServerOptions>().Store == StoreKind.Postgres && options.Get<PostgresOptions>().Connection.Length == 0)
        {
            yield return new(
                "postgres.connection",
                "The store is postgres, so its address is needed. Set postgres.connection (--connection, HERALD__POSTGRES__CONNECTION), "
                + "for example postgres://herald@127.0.0.1/herald.")
            { Others = ["store"] };
        }
    }

    public static IEnumerable<SettingProblem> OfKafka(KafkaOptions options)
    {
        // Two sources in one group would divide the topic's messages between them, although each needs all of them.
        var seen = new HashSet<(string Cluster, string Topic)>();
        foreach (var (index, route) in options.Sources.Index())
        {
            if (!options.Clusters.ContainsKey(route.Cluster))
                yield return NoCluster("kafka", index, route.Cluster, "127.0.0.1:9092");
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

    public static IEnumerable<SettingProblem> OfNats(NatsOptions options)
    {
        foreach (var (index, route) in options.Sources.Index())
        {
            var name = $"sources.{index}";
            if (!options.Clusters.ContainsKey(route.Cluster))
                yield return NoCluster("nats", index, route.Cluster, "nats://127.0.0.1:4222");
            if (route.Overlapping() is { } overlapping)
            {
                yield return new($"{name}.subject", "Another subject of this source can match the same messages. Remove one.")
                {
                    Value = overlapping,
                };
            }
            if (route.Stream is not null && route.OneReader)
                yield return new($"{name}.oneReader", "It is for sources without a stream: of a stream, one node reads all messages anyway.");
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

    private static SettingProblem NoCluster(string section, int source, string cluster, string server) => new(
        $"sources.{source}.cluster",
        $"There is no cluster '{cluster}'. Add its servers as {section}.clusters.{cluster}.servers, for example {server}.")
    {
        Others = ["clusters"],
    };
}
