using System.CommandLine;
using System.CommandLine.Parsing;
using Herald.Kafka.Clusters;
using Herald.Kafka.Sources;
using Herald.Orders;

namespace Herald.Lab.Orders;

/// <summary>The options for the Kafka topic with changes of orders.</summary>
public sealed class KafkaOptionSet
{
    public const string DefaultGroup = "herald-orders";
    private const string DefaultTopic = "events";

    private readonly Option<string?> _servers = new("--kafka") { HelpName = "HOST:PORT[,…]" };
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
    private readonly bool _hasTopic;

    /// <param name="hasTopic">False for a command that creates a topic of its own.</param>
    public KafkaOptionSet(string description, bool hasTopic = true)
    {
        _hasTopic = hasTopic;
        _servers.Description = description;
        _servers.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && ClusterAddress.ParseAll($"{KafkaPlace.Cluster}={text}") is not { Count: 1 })
                result.AddError($"--kafka {text}: expected addresses of brokers, HOST:PORT[,HOST:PORT].");
        });
        _topic.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } text && SourceRoute.ParseAll(RouteOf(text)) is not [{ From.Count: 1 }])
                result.AddError(
                    $"--kafka-topic {text}: the name of a Kafka topic has up to 249 letters, digits, dots, underscores and hyphens.");
        });
    }

    /// <summary>Adds the options to a command that also has the server's settings, which include the properties.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_servers);
        if (_hasTopic)
            command.Options.Add(_topic);
        command.Validators.Add(result =>
        {
            if (IsGiven(result, _servers.Name) && (IsGiven(result, "--kafka-clusters") || IsGiven(result, "--kafka-sources")))
                result.AddError($"{_servers.Name} sets --kafka-clusters and --kafka-sources. Give either it or these two.");
            if (!IsGiven(result, _servers.Name) && IsGiven(result, _topic.Name))
                result.AddError($"{_topic.Name}: give the address of Kafka with {_servers.Name}.");
        });
    }

    public void AddWithPropertiesTo(Command command)
    {
        AddTo(command);
        command.Options.Add(_properties);
    }

    public bool IsGiven(CommandResult command) => IsGiven(command, _servers.Name);

    /// <returns>Null when no Kafka is given.</returns>
    public KafkaPlace? Place(ParseResult parsed) => parsed.GetValue(_servers) is { } servers
        ? new(servers, _hasTopic ? parsed.GetValue(_topic)! : DefaultTopic, parsed.GetValue(_properties)?.FullName)
        : null;

    /// <summary>The server settings that follow from the options.</summary>
    public IReadOnlyDictionary<string, string> Settings(ParseResult parsed) => parsed.GetValue(_servers) is { } servers
        ? new Dictionary<string, string> { ["kafka.clusters"] = $"{KafkaPlace.Cluster}={servers}", ["kafka.sources"] = RouteOf(parsed.GetValue(_topic)!) }
        : new Dictionary<string, string>();

    private static string RouteOf(string topic) => $"{KafkaPlace.Cluster}/{topic}>{OrderEvents.Topic}";

    private static bool IsGiven(CommandResult command, string option) =>
        command.Children.OfType<OptionResult>().Any(one => one.Option.Name == option && !one.Implicit);
}
