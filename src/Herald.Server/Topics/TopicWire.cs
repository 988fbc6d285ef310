using System.ComponentModel;
using Herald.Engine.Subscriptions;
using Herald.Hosting.Wire;

namespace Herald.Server.Topics;

[Description("A named stream of events.")]
internal sealed record TopicWire
{
    [Description("1 to 255 letters, digits, '.', '_' or '-'.")]
    public required string Name { get; set; }
    [Description("Absent when it has none.")]
    public Dictionary<string, string>? Labels { get; set; }
    public required string CreatedAt { get; set; }

    [Description("The number of the ETag.")]
    public required long Version { get; set; }

    public static TopicWire Of(Topic topic) => new()
    {
        Name = topic.Name,
        Labels = LabelMapping.ToWire(topic.Labels),
        CreatedAt = TimeText.Format(topic.CreatedAt),
        Version = topic.Version,
    };
}

[Description("The wanted state of a topic.")]
internal sealed record TopicBody
{
    [Description(
        "At most 16 labels: names of 1 to 63 of a-z, 0-9, '.', '-' and '/', values of at most 255 characters. "
            + "Default: the current ones.")]
    public Dictionary<string, string>? Labels { get; set; }
}
