using System.CommandLine;
using System.CommandLine.Parsing;
using Herald.Hosting.Commands;
using Herald.Hosting.Modules;
using Herald.Kafka.Clusters;
using Herald.Kafka.Hosting;

namespace Herald.Orders.Commands;

/// <summary>The options for the Kafka topic with changes of orders.</summary>
public sealed class KafkaOptionSet : IServeOptions
{
    public const string DefaultGroup = "herald-orders";
    private const string DefaultTopic = "events";

    private readonly ServersOption _servers = new();
    private readonly Option<string> _topic = new("--kafka-topic")
    {
        Description = "The Kafka topic.",
        HelpName = "TOPIC",
        DefaultValueFactory = _ => DefaultTopic,
    };
    private readonly Option<FileInfo?> _properties = new("--kafka-properties")
    {
        Description = "A file with librdkafka's properties, such as those of TLS and SASL.",
        HelpName = "FILE",
    };
    private readonly Option<string?> _group = new("--kafka-group")
    {
        Description = $"The consumer group of all nodes that share a store. Default: {DefaultGroup}.",
        HelpName = "GROUP",
    };
    private readonly bool _hasTopic;

    /// <param name="hasTopic">False for a command that creates a topic of its own.</param>
    public KafkaOptionSet(string description, bool hasTopic = true)
    {
        _hasTopic = hasTopic;
        _servers.Description = description;
        _topic.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } text && !TopicName.IsOne(text))
                result.AddError(
                    $"--kafka-topic {text}: the name of a Kafka topic has up to 249 letters, digits, dots, underscores and hyphens.");
        });
    }

    /// <summary>Adds the options to a command that also has the server's settings.</summary>
    void IServeOptions.AddTo(Command command)
    {
        AddWithPropertiesTo(command);
        command.Options.Add(_group);
        command.Validators.Add(result =>
        {
            const string Own = $"kafka.clusters.{KafkaPlace.Cluster}";
            if (result.IsGiven(_servers) && (SetOption.Sets(result, $"{Own}.") || SetOption.Sets(result, "kafka.sources.")))
                result.AddError($"{_servers.Name} sets {Own} and kafka.sources. Give either it or these two.");
            if (!result.IsGiven(_servers) && result.IsGiven(_properties))
                result.AddError($"{_properties.Name}: give the address of Kafka with {_servers.Name}.");
        });
    }

    private void AddTo(Command command)
    {
        command.Options.Add(_servers);
        if (_hasTopic)
            command.Options.Add(_topic);
        command.Validators.Add(result =>
        {
            if (!result.IsGiven(_servers) && result.IsGiven(_topic))
                result.AddError($"{_topic.Name}: give the address of Kafka with {_servers.Name}.");
        });
    }

    public void AddWithPropertiesTo(Command command)
    {
        AddTo(command);
        command.Options.Add(_properties);
    }

    public bool IsGiven(CommandResult command) => command.IsGiven(_servers);

    /// <returns>Null when no Kafka is given.</returns>
    public KafkaPlace? Place(ParseResult parsed) => parsed.GetValue(_servers) is { } servers
        ? new(servers, _hasTopic ? parsed.GetValue(_topic)! : DefaultTopic, parsed.GetValue(_properties)?.FullName)
        : null;

    /// <summary>The server settings that follow from the options.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Settings(ParseResult parsed)
    {
        var settings = new List<KeyValuePair<string, string>>();
        if (parsed.GetValue(_servers) is { } servers)
            settings.AddRange(SettingsOf(KafkaPlace.Cluster, servers, parsed.GetValue(_topic)!, OrderEvents.Topic));
        if (parsed.GetValue(_properties) is { } file)
            settings.Add(new($"kafka.clusters.{KafkaPlace.Cluster}.propertiesFile", file.FullName));
        if (parsed.GetValue(_group) is { } group)
            settings.Add(new("kafka.group", group));
        return settings;
    }

    /// <summary>The settings for a cluster and a source that reads one topic.</summary>
    /// <param name="servers">Several with commas.</param>
    public static IReadOnlyList<KeyValuePair<string, string>> SettingsOf(string cluster, string servers, string topic, string to) =>
    [
        .. ServersOption.SettingsOf(cluster, servers),
        new("kafka.sources.0.cluster", cluster), new("kafka.sources.0.topic", topic), new("kafka.sources.0.to", to),
    ];
}
