using Herald.Engine.Sources;

namespace Herald.Hosting.Modules;

/// <summary>How an application reads the messages of sources for its topic. Other topics are read by <see cref="PlainReader"/>.</summary>
/// <param name="Create">Creates a reader for each source, because readers are not thread-safe.</param>
public sealed record TopicReader(string Topic, Func<IMessageReader> Create)
{
    public static IMessageReader Of(IEnumerable<TopicReader> readers, string topic) =>
        readers.FirstOrDefault(reader => reader.Topic == topic)?.Create() ?? new PlainReader();
}
