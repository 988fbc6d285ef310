using System.Security.Cryptography;
using Herald.Kafka.Clusters;
using Herald.LocalServers.Brokers;
using Herald.Orders.Commands;

namespace Herald.Lab.Scenarios;

/// <summary>
/// The Kafka for the load of a scenario: an existing one, or a throw-away one. The topic belongs to the run alone, so no events of another
/// run come with it.
/// </summary>
internal sealed class ScenarioKafka : IAsyncDisposable
{
    private const int Partitions = 12;
    private readonly LocalKafka? _own;
    private readonly OwnTopic _topic;

    private ScenarioKafka(LocalKafka? own, OwnTopic topic, KafkaPlace place) => (_own, _topic, Place) = (own, topic, place);

    public KafkaPlace Place { get; }

    /// <summary>The options with which a server reads the topic.</summary>
    public string[] Settings =>
    [
        // A group of its own, because a working server in the same cluster has a group as well.
        "--kafka", Place.Servers, "--kafka-topic", Place.Topic, "--kafka-group", Place.Topic,
        .. Place.Properties is { } file ? (string[])["--kafka-properties", file] : [],
    ];

    /// <param name="given">Null for a throw-away Kafka.</param>
    /// <exception cref="LocalKafkaException">No Kafka can be started.</exception>
    /// <exception cref="Herald.Brokers.BrokerSetupException">Kafka cannot be used.</exception>
    public static async Task<ScenarioKafka> StartAsync(KafkaPlace? given, TimeProvider time, CancellationToken cancel)
    {
        var own = given is null ? await StartOwnAsync(time, cancel) : null;
        try
        {
            var place = new KafkaPlace(
                own?.Servers ?? given!.Servers, $"herald-scenario-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}",
                given?.Properties);
            return new(own, await OwnTopic.MakeAsync(place.Open(), place.Topic, Partitions), place);
        }
        catch
        {
            if (own is not null)
                await own.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _topic.DisposeAsync();
        if (_own is not null)
            await _own.DisposeAsync();
    }

    private static Task<LocalKafka> StartOwnAsync(TimeProvider time, CancellationToken cancel) => LocalKafka.StartNewAsync(
        KafkaPrograms.Find() ?? throw new LocalKafkaException(
            $"{KafkaPrograms.Missing} Or name a running one with --kafka."), [], time, cancel);
}
