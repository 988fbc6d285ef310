using System.ComponentModel;
using Herald.Engine.Catalogs;
using Herald.Engine.Subscriptions;
using Herald.Hosting.Wire;

namespace Herald.Server.Topics;

[Description("A named stream of events.")]
internal sealed record TopicWire
{
    [Description("1 to 255 letters, digits, '.', '_' or '-'.")]
    public required string Name { get; set; }
    public required string CreatedAt { get; set; }

    [Description("The number of the ETag.")]
    public required long Version { get; set; }

    public static TopicWire Of(Topic topic) => new() { Name = topic.Name, CreatedAt = TimeText.Format(topic.CreatedAt), Version = topic.Version };
}
