using System.CommandLine;
using Herald.Hosting.Commands;
using Herald.Hosting.Modules;
using Herald.Kafka.Hosting;

namespace Herald.Notifications.Commands;

/// <summary>The options of <c>herald notifications serve</c> about Kafka.</summary>
internal sealed class NotificationsServeOptions : IServeOptions
{
    private readonly Option<NotificationsFront?> _front = new("--front")
    {
        Description = "When a post is acknowledged: once the store has it (default), or once Kafka has it. It sets notifications.front.",
        HelpName = "store|kafka",
    };

    private readonly ServersOption _kafka = new()
    {
        Description = "The Kafka brokers of received and outstanding notifications. It sets the cluster that notifications.kafkaCluster names.",
    };

    private readonly Option<FileInfo?> _properties = new("--kafka-properties")
    {
        Description = "A file with librdkafka's properties, such as those of TLS and SASL.",
        HelpName = "FILE",
    };

    private static string Cluster => new NotificationsOptions().KafkaCluster;

    public void AddTo(Command command)
    {
        ArgumentNullException.ThrowIfNull(command);
        command.Options.Add(_front);
        command.Options.Add(_kafka);
        command.Options.Add(_properties);
        command.Validators.Add(result =>
        {
            if (!result.IsGiven(_kafka) && result.IsGiven(_properties))
                result.AddError($"{_properties.Name}: give the address of Kafka with {_kafka.Name}.");
            if (!result.IsGiven(_kafka))
                return;
            if (SetOption.Sets(result, "notifications.kafkaCluster"))
                result.AddError($"{_kafka.Name} sets the servers of the cluster {Cluster}. Give either it or notifications.kafkaCluster.");
            if (SetOption.Sets(result, $"kafka.clusters.{Cluster}."))
                result.AddError($"{_kafka.Name} sets kafka.clusters.{Cluster}. Give either it or --set.");
        });
    }

    public IReadOnlyList<KeyValuePair<string, string>> Settings(ParseResult parsed)
    {
        ArgumentNullException.ThrowIfNull(parsed);
        var settings = new List<KeyValuePair<string, string>>();
        if (parsed.GetValue(_front) is { } front)
            settings.Add(new("notifications.front", front == NotificationsFront.Kafka ? "kafka" : "store"));
        if (parsed.GetValue(_kafka) is { } servers)
            settings.AddRange(ServersOption.SettingsOf(Cluster, servers));
        if (parsed.GetValue(_properties) is { } file)
            settings.Add(new($"kafka.clusters.{Cluster}.propertiesFile", file.FullName));
        return settings;
    }
}
