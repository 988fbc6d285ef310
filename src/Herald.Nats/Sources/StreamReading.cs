using Herald.Brokers.Feeds;
using Herald.Nats.JetStream;

namespace Herald.Nats.Sources;

/// <summary>One reading of a stream, until anything unexpected happens, and the position that is saved for it.</summary>
/// <param name="keep">Called when messages of the reading are durable.</param>
internal sealed class StreamReading(OrderedReader reader, StreamPosition position, Action<StreamReading, FeedMark> keep)
    : FeedPart(position.Name), IAsyncDisposable
{
    public OrderedReader Reader => reader;
    public StreamPosition Position => position;

    public override void Keep(in FeedMark mark) => keep(this, mark);

    public ValueTask DisposeAsync() => reader.DisposeAsync();
}
