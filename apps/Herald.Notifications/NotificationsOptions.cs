using System.Diagnostics.CodeAnalysis;
using Herald.Engine.Basics;
using Herald.Kafka.Clusters;
using Herald.Messages.Providers;
using Herald.Notifications.Templates;

namespace Herald.Notifications;

/// <summary>The options of the notifications application.</summary>
public sealed record NotificationsOptions
{
    [SettingMap<DestinationOptions, DestinationName>("Where notifications go, by destination: email, sms, slack and push.")]
    public IReadOnlyDictionary<string, DestinationOptions> Destinations
    {
        [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, typeof(DestinationOptions))]
        get;
        init;
    } = new Dictionary<string, DestinationOptions>();

    [Setting(
        "How long uuids and statuses are kept after their last change. After that, the same uuid is a new notification.",
        Least = "1h", Most = "3650d")]
    public TimeSpan KeepFor { get; init; } = TimeSpan.FromDays(30);

    [Setting("How far ahead a notification can be dated, by notBefore and expires.", Least = "1s", Most = "366d")]
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromDays(30);

    [SettingMap<LimitOptions, DestinationName>("How much one recipient gets, by destination.")]
    public IReadOnlyDictionary<string, LimitOptions> Limits
    {
        [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, typeof(LimitOptions))]
        get;
        init;
    } = new Dictionary<string, LimitOptions>();

    [Setting(
        "Keep persons, quiet hours, limits and suppressed recipients. Without it, a recipient gets everything at once, and each "
            + "notification costs an event less.")]
    public bool Recipients { get; init; } = true;

    [SettingMap<TemplateOptions, ProviderName>("Texts with places for parameters, by name. Posts name them.")]
    public IReadOnlyDictionary<string, TemplateOptions> Templates
    {
        [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, typeof(TemplateOptions))]
        get;
        init;
    } = new Dictionary<string, TemplateOptions>();

    [Setting("When a post is acknowledged: once it is in the store, or once it is in a topic of Kafka, also while the store is down.")]
    public NotificationsFront Front { get; init; }

    [Setting("The Kafka cluster of received and outstanding notifications, one of kafka.clusters.", Most = "63", IsRequired = true)]
    public string KafkaCluster { get; init; } = "main";

    [SettingText<TopicName>("The Kafka topic that the front puts posts into, and that other programs can put theirs into.")]
    public string KafkaReceived { get; init; } = "received-notifications";

    [SettingText<TopicName>("The Kafka topic for notifications of external destinations.")]
    public string KafkaOutstanding { get; init; } = "outstanding-notifications";

    [Setting("How long a post waits for Kafka until it is refused.", Least = "100ms", Most = "5m")]
    public TimeSpan FrontTimeout { get; init; } = TimeSpan.FromSeconds(10);

    [Setting(
        "How much memory the tables of uuids use on this node. Above it, parts of them are read from the store again and again.",
        IsBytes = true, Least = "1MiB", Most = "64GiB")]
    public long TableMemory { get; init; } = 128L << 20;
}

/// <summary>When a post is acknowledged.</summary>
public enum NotificationsFront
{
    /// <summary>Once the store has it.</summary>
    Store,

    /// <summary>Once Kafka has it.</summary>
    Kafka,
}
